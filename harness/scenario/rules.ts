// What the values of a scenario or system file must look like, as zod schemas whose messages say what would be right. Shapes and checks are told
// by them where they are made, everything else in prepare.ts; the types stand in scenario.ts and system.ts.
import { z } from 'zod'
import { durationMs } from './duration.ts'
import { nearest } from './nearest.ts'

/** A value that passes a test; `mustBe` completes "must be …". */
export function rule(mustBe: string, test: (value: unknown) => boolean): z.ZodType {
  return z.custom(test, mustBe)
}

export const text = rule('a text that is not empty', value => typeof value === 'string' && value.trim() !== '')
export const flag = rule('true or false', value => typeof value === 'boolean')
export const fn = rule('a function', value => typeof value === 'function')
export const positive = rule('a number above 0', value => Number.isFinite(value) && (value as number) > 0)
export const share = rule('a share above 0 and up to 1', value => Number.isFinite(value) && (value as number) > 0 && (value as number) <= 1)
export const duration = rule('a duration longer than zero, such as 250ms, 35s, 1.5m or 2h', isDuration)
export const statuses = rule('a list of HTTP statuses from 300 to 599', value => Array.isArray(value) && value.every(status => isWhole(status, 300, 599)))

export function whole(least: number, most: number): z.ZodType {
  return rule(`a whole number from ${least} to ${most}`, value => isWhole(value, least, most))
}

export function between(least: number, most: number): z.ZodType {
  return rule(`a number from ${least} to ${most}`, value => Number.isFinite(value) && (value as number) >= least && (value as number) <= most)
}

export function oneOf(values: readonly string[]): z.ZodType {
  return rule(`one of ${values.join(', ')}`, value => values.includes(value as string))
}

/** An object with these keys and no others; a key that is not known is told beside the nearest one that is. */
export function object(shape: Record<string, z.ZodType>): z.ZodType {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: issue => issue.code === 'unrecognized_keys' ? issue.keys.map(key => unknownKey(key, known)).join('\n') : `an object with ${known.join(', ')}`,
  })
}

/** One line for a key, role or component that is not there: what exists, and what was probably meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known)
  return `${key}: unknown${guess === undefined ? '' : `, did you mean ${guess}?`}; there is ${known.length === 0 ? 'nothing' : known.join(', ')}`
}

/** Lines told of an inner value, put below its path: a line begins with a key (`over: …`), an index (`[1].over: …`) or nothing (`: …`). */
export function under(path: string, lines: readonly string[]): string[] {
  return lines.map(line => path === '' || /^[:[]/.test(line) ? path + line : `${path}.${line}`)
}

/** The problems of a value, one line each: path, what was found, what would be right. */
export function problemsOf(path: string, schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value)
  return result.success ? [] : under(path, result.error.issues.flatMap(issue => linesOf(value, issue)))
}

function linesOf(value: unknown, issue: z.core.$ZodIssue): string[] {
  const at = issue.path.reduce<string>((text, key) => typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`, '')
  if (issue.code === 'unrecognized_keys') return under(at, issue.message.split('\n'))
  const found = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value)
  return [`${at}: found ${show(found)}, must be ${issue.message}`]
}

/** A value as it is shown in a problem: short, and never more of it than helps. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? `a list of ${value.length}` : Object.keys(value).length === 0 ? 'an empty object' : 'an object'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

export function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

export function isDuration(value: unknown): boolean {
  return typeof value === 'string' && (durationMs(value) ?? 0) > 0
}
