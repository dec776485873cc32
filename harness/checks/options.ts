import { z } from 'zod'
import { FloodmarkError } from '../errors.ts'
import { durationMs, type Duration } from '../scenario/duration.ts'

/** What the checks' factories take. A scenario is code, so they are told at once: all problems of one call, with what would be right. */

export const duration = z.custom<Duration>(value => typeof value === 'string' && durationMs(value) !== undefined, { error: 'not a duration: say 250ms, 35s, 1.5m, 2h' })

/** The options if they fit the schema; otherwise a `usage` error that lists every problem with its path and what was found. */
export function checkOptions<S extends z.ZodType>(check: string, schema: S, options: unknown): z.output<S> {
  const result = schema.safeParse(options)
  if (result.success) return result.data
  const evidence = result.error.issues.map(issue => {
    const path = [check, ...issue.path].join('.')
    const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], options)
    return `${path}: ${issue.message} (found ${JSON.stringify(found)})`
  })
  throw new FloodmarkError('usage', `${check}() cannot take these options: ${evidence.join('; ')}`, { evidence })
}
