// What a program's `env` comes to. It is the system file's own code, and is asked more than once: before anything starts for the links that it
// needs, for its process, and for the times that the record lists.
import { z } from 'zod'
import { causeOf, FloodmarkError } from '../errors.ts'
import { mustDurationMs } from '../scenario/duration.ts'
import { problemsOf } from '../scenario/rules.ts'
import type { Env, EnvContext } from '../scenario/system.ts'

const variables = z.record(z.string(), z.union([z.string(), z.number()], 'a text or a number'), 'what returns an object of texts and numbers')

/** Stand-ins for what is not known before the start. An `env` may take an address apart, so it has the form of one. */
export const standIns: EnvContext = { to: () => 'http://127.0.0.1:1', port: 1, host: '127.0.0.1', scaled: mustDurationMs, secret: 'secret', nextSecret: 'next secret', adminToken: 'token', topics: ['orders/create'] }

/** The environment variables of the component `name`, or none and the reasons: it throws, or returns something else. */
export function readEnv(name: string, env: Env, context: EnvContext): { values: Record<string, string | number>; problems: string[] } {
  const path = `components.${name}.env`
  try {
    const values = env(context)
    const problems = problemsOf(path, variables, values)
    return { values: problems.length === 0 ? values : {}, problems }
  } catch (error) {
    return { values: {}, problems: [error instanceof FloodmarkError ? error.message : `${path}: throws ${causeOf(error)}`] }
  }
}
