// The form of a scenario and of the load it comes to. What its faults mean for a system is resolve-faults.ts.
import { z } from 'zod'
import { maxShops } from '../plan/shops.ts'
import { isSystem } from './define.ts'
import { between, duration, flag, fn, object, oneOf, positive, problemsOf, rule, text, whole } from './rules.ts'
import { topics, type Load, type Scenario } from './scenario.ts'

const maxSockets = 60_000
const maxTimeScale = 10_000

const scenario = object({
  name: rule('kebab-case, such as queue-outage, at most 60 characters', value => typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,59}$/.test(value)),
  hypothesis: text,
  system: rule('what defineSystem returns', isSystem),
  parameters: rule('an object with rate and duration', value => typeof value === 'object' && value !== null),
  load: fn,
  faults: fn,
  expect: fn,
  repair: flag,
  lateAfter: duration,
  drainLimit: duration,
  recoveryBound: duration,
  generator: object({ lagP99Ms: positive, unsent: whole(0, 2 ** 32) }),
})

const load = object({
  shape: rule('a shape, such as constant({ rate, over: duration })', value => typeof value === 'object' && value !== null && 'cumulativeAt' in value && 'durationMs' in value),
  shops: whole(1, maxShops),
  topics: rule(`a list of different topics out of ${topics.join(', ')}`, isTopicList),
  retries: object({
    name: text,
    connectTimeoutMs: positive,
    totalTimeoutMs: positive,
    delaysMs: z.array(between(0, 30 * 86_400_000)),
    jitter: between(0, 1),
    removesSubscription: flag,
  }),
  timeScale: between(1, maxTimeScale),
  maxSockets: whole(1, maxSockets),
})

const check = z.looseObject({ name: text, invariant: flag, expected: text, judge: fn }, 'a check, such as noLoss()')

const fault = object({
  kind: text,
  target: text,
  parameters: rule('an object', value => typeof value === 'object' && value !== null),
  at: text,
  for: text,
})

/** Problems of the scenario's own form, one line each. */
export function scenarioProblems({ file: _, ...value }: Scenario): string[] {
  return problemsOf('', scenario, value)
}

export function loadProblems(value: Load): string[] {
  return [...problemsOf('load', load, value), ...unknownTopics(value)]
}

export function checkListProblems(value: unknown): string[] {
  const list = rule('a list of at least one check, such as [noLoss()]', checks => Array.isArray(checks) && checks.length > 0)
  return [...problemsOf('expect', list, value), ...problemsOf('expect', z.array(check), Array.isArray(value) ? value : [])]
}

export function faultListProblems(value: unknown): string[] {
  return problemsOf('faults', rule("a list of faults, such as [at('40%').kill('buffer').for('30%')]", Array.isArray), value)
}

/** Problems of one fault's form. What it means for the system is resolve-faults.ts. */
export function faultProblems(path: string, value: unknown): string[] {
  if (typeof value === 'object' && value !== null && 'for' in value && typeof value.for === 'function') return [`${path}: has no end, must be closed with .for('30%')`]
  return problemsOf(path, fault, value)
}

function isTopicList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && new Set(value).size === value.length && value.every(topic => typeof topic === 'string')
}

function unknownTopics(value: Load): string[] {
  const list: readonly unknown[] = isTopicList(value?.topics) ? value.topics : []
  return list.flatMap((topic, index) => problemsOf(`load.topics[${index}]`, oneOf(topics), topic))
}
