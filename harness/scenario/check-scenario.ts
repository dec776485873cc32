// The form of a scenario and of the load it comes to. What its faults mean for a system is resolve-faults.ts.
import { z } from 'zod'
import { faultKinds } from '../faults/registry.ts'
import { engineNames } from '../load/engines.ts'
import { floodProblems } from '../plan/compile.ts'
import { shapeRule } from '../plan/shape-input.ts'
import { maxShops } from '../plan/shops.ts'
import { spacings } from '../plan/spacing.ts'
import type { Check } from '../checks/check.ts'
import type { FaultRequest } from '../faults/fault.ts'
import type { Guard } from '../guards/guard.ts'
import { mostRetries } from '../platform/retry-input.ts'
import { isSystem } from './define.ts'
import { floodTimeMs } from './duration.ts'
import { realismProblems, realismRule } from './realism.ts'
import { between, duration, flag, fn, object, oneOf, positive, problemsOf, rule, text, under, whole } from './rules.ts'
import { topics, type Load, type Scenario } from './scenario.ts'

const maxSockets = 60_000
const maxSenders = 16
const maxTimeScale = 10_000

const scenario = object({
  name: rule('kebab-case, such as queue-outage, at most 60 characters', value => typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,59}$/.test(value)),
  hypothesis: text,
  system: rule('what defineSystem returns', isSystem),
  parameters: rule('an object with rate and duration', value => typeof value === 'object' && value !== null),
  load: fn,
  faults: fn,
  expect: fn,
  abortWhen: fn,
  repair: flag,
  lateAfter: duration,
  drainLimit: duration,
  recoveryBound: duration,
  engine: oneOf(engineNames),
  generator: object({ lagP99Ms: positive, unsent: whole(0, 2 ** 32) }),
})

const load = object({
  shape: shapeRule,
  spacing: oneOf(spacings),
  shops: whole(1, maxShops),
  topics: rule(`a list of different topics out of ${topics.join(', ')}`, isTopicList),
  retries: object({
    name: text,
    connectTimeoutMs: positive,
    totalTimeoutMs: positive,
    delaysMs: z.array(between(0, 30 * 86_400_000)).max(mostRetries, `a list of at most ${mostRetries} delays`),
    jitter: between(0, 1),
    removesSubscription: flag,
  }),
  timeScale: between(1, maxTimeScale),
  maxSockets: whole(1, maxSockets),
  senders: whole(1, maxSenders),
  realism: realismRule,
})

const check = z.looseObject({ name: text, invariant: flag, expected: text, judge: fn }, 'a check, such as noLoss()')

const guard = z.looseObject({ name: text, condition: text, watch: fn }, 'a guard, such as backlogAbove({ orders: 20_000 })')

const floodTime = rule('a share of the flood such as 40%, or a duration such as 12s', value => typeof value === 'string' && floodTimeMs(value, 1) !== undefined)

const fault = object({
  kind: text,
  target: text,
  parameters: rule('an object', value => typeof value === 'object' && value !== null),
  at: floodTime,
  for: floodTime.optional(),
  until: floodTime.optional(),
  every: floodTime.optional(),
  times: whole(1, 200).optional(),
})

/** Problems of the scenario's own form, one line each. */
export function scenarioProblems({ file: _, ...value }: Scenario): string[] {
  return problemsOf('', scenario, value)
}

export function loadProblems(value: Load): string[] {
  return [...problemsOf('load', load, withSoundRetries(value)), ...under('load.retries', value?.retries?.problems ?? []), ...unknownTopics(value), ...realismProblems(value), ...senderProblems(value), ...shapeProblems(value)]
}

export function checkListProblems(value: unknown): string[] {
  const list = rule('a list of at least one check, such as [noLoss()]', checks => Array.isArray(checks) && checks.length > 0)
  const checks: unknown[] = Array.isArray(value) ? value : []
  const ofOptions = checks.flatMap(one => check.safeParse(one).success ? under(`expect.${(one as Check).name}`, (one as Check).problems ?? []) : [])
  return [...problemsOf('expect', list, value), ...problemsOf('expect', z.array(check), checks), ...ofOptions]
}

export function guardListProblems(value: unknown): string[] {
  const guards: unknown[] = Array.isArray(value) ? value : []
  const ofOptions = guards.flatMap(one => guard.safeParse(one).success ? under(`abortWhen.${(one as Guard).name}`, (one as Guard).problems ?? []) : [])
  return [...problemsOf('abortWhen', rule('a list of guards, such as [backlogAbove({ orders: 20_000 })]', Array.isArray), value), ...problemsOf('abortWhen', z.array(guard), guards), ...ofOptions]
}

export function faultListProblems(value: unknown): string[] {
  return problemsOf('faults', rule("a list of faults, such as [at('40%').kill('buffer').for('30%')]", Array.isArray), value)
}

/** Problems of one fault's form. What it means for the system is resolve-faults.ts. */
export function faultProblems(path: string, value: unknown): string[] {
  if (typeof value === 'object' && value !== null && 'for' in value && typeof value.for === 'function') return [`${path}: has no end, must be closed with .for('30%')`]
  if (typeof value === 'object' && value !== null && Object.keys(faultKinds).some(kind => kind in value)) return [`${path}: has no kind, must go on with one of ${Object.keys(faultKinds).join(', ')}, such as .kill('buffer')`]
  const problems = problemsOf(path, fault, value)
  if (problems.length > 0) return problems
  const { for: length, until, every, times } = value as FaultRequest
  return [
    ...((length === undefined) === (until === undefined) ? [`${path}: found ${length === undefined ? 'neither' : 'both'}, must have one of for and until`] : []),
    ...(times !== undefined && every === undefined ? [`${path}.times: found ${times}, must come with every`] : []),
  ]
}

function isTopicList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && new Set(value).size === value.length && value.every(topic => typeof topic === 'string')
}

/** A thread without a shop or without a socket would have nothing to do. */
function senderProblems({ senders, shops, maxSockets: sockets }: Load): string[] {
  if (!(senders > 1 && senders <= maxSenders)) return []
  return [
    ...(senders > shops ? [`load.senders: found ${senders}, must be at most the ${shops} shops, since all webhooks of a shop go through one thread`] : []),
    ...(senders > sockets ? [`load.senders: found ${senders}, must be at most maxSockets, which is ${sockets}`] : []),
  ]
}

/** What the shape says of itself; how large it is only where it says nothing. */
function shapeProblems({ shape, topics: list }: Load): string[] {
  if (problemsOf('', shapeRule, shape).length > 0) return []
  const { problems = [] } = shape
  return under('load.shape', problems.length > 0 ? problems : floodProblems(shape, isTopicList(list) ? list.length : 1))
}

/** A policy that could not be made tells why itself, beside a form that is sound. */
function withSoundRetries(value: Load): unknown {
  if (value?.retries?.problems === undefined) return value
  const { problems: _, ...retries } = value.retries
  return { ...value, retries }
}

function unknownTopics(value: Load): string[] {
  const list: readonly unknown[] = isTopicList(value?.topics) ? value.topics : []
  return list.flatMap((topic, index) => problemsOf(`load.topics[${index}]`, oneOf(topics), topic))
}
