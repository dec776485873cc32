// One fault from its request to its heal. Whatever goes wrong on the way, healing is reached.
import { sleep, until } from '../clock.ts'
import { causeOf } from '../errors.ts'
import { within } from './deadline.ts'
import type { AttemptCounters, Disturbed, FaultEvent, FaultKind, FaultRecord, ResolvedFault, Sighting, Watch } from './fault.ts'
import type { Journal } from './journal.ts'
import { onMembers } from './on-members.ts'
import { meetsTraffic, watchTraffic, type TrafficWatch } from './observe.ts'
import { faultKind, type FaultKinds } from './registry.ts'

/** Probes are made ready this long before a fault, so that what they see before it is recent; slow ones may make it late by as much. */
const prepareMs = 1_000
const prepareLimitMs = 2_000
const installLimitMs = 5_000
const probeLimitMs = 3_000
const lookEveryMs = 50

/** What every fault of a run needs around it. */
export interface FaultContext {
  environment: Disturbed
  counters: () => AttemptCounters
  journal: Journal
  /** Aborted: no further fault begins, and those in force are healed at once. */
  signal: AbortSignal
  onEvent: (event: FaultEvent) => void
  kinds: FaultKinds
  sinceFloodMs: () => number
}

/** Runs a fault and fills its record. False: the run was aborted before its turn, and nothing was done. */
export async function runFault(fault: ResolvedFault, record: FaultRecord, context: FaultContext): Promise<boolean> {
  const known = faultKind(fault.kind, context.kinds)
  if (!known) throw new Error(`there is no fault ${fault.kind}; there are ${Object.keys(context.kinds).join(', ')}`)
  const kind = onMembers(known, fault)
  const { environment, signal, journal, sinceFloodMs } = context
  if (!await sleepUntil(fault.atMs - prepareMs, context)) return false
  const traffic = meetsTraffic(environment, fault.target) ? watchTraffic(context.counters) : undefined
  const watch = await prepareWatch(kind, fault, record, context)
  try {
    if (!await sleepUntil(fault.atMs, context)) return false
    record.requestedAt = sinceFloodMs()
    const steps = kind.undo(environment, fault.target).map(step => journal.add(step))
    try {
      traffic?.begin()
      const installed = await install(kind, fault, record, context)
      await observe(fault, record, { watch, traffic, installed }, context)
    } catch (error) {
      if (!signal.aborted) fail(fault, record, `not installed: ${causeOf(error)}`, context)
    } finally {
      if (await heal(kind, fault, record, context)) for (const step of steps) journal.done(step)
    }
  } finally {
    watch?.close()
  }
  return true
}

async function prepareWatch(kind: FaultKind, fault: ResolvedFault, record: FaultRecord, { environment }: FaultContext): Promise<Watch | undefined> {
  // A busy machine may miss a probe's limit once.
  const made = until('a probe that works', prepareMs, () => kind.watch(environment, fault.target, fault.parameters))
  try {
    const watch = await within('probes before the fault', prepareLimitMs, made)
    record.evidence.push(`before: ${watch.before}`)
    return watch
  } catch (error) {
    // One that comes too late is not left open.
    made.then(late => late.close(), () => {})
    record.evidence.push(`no probe: ${causeOf(error)}`)
    return undefined
  }
}

/** Installs and waits until a probe sees it in force; what installing said it did. */
async function install(kind: FaultKind, fault: ResolvedFault, record: FaultRecord, context: FaultContext): Promise<string> {
  const { environment, signal, sinceFloodMs } = context
  const { id, target, parameters } = fault
  const done = await within('installing', kind.installLimitMs ?? installLimitMs, kind.install(environment, target, parameters, id))
  const seen = await until('a probe that sees it installed', probeLimitMs, () => kind.probeInstalled(environment, target, parameters, id), { signal })
  record.installedAt = sinceFloodMs()
  record.evidence.push(`installed: ${done}; ${seen}`)
  tell('installed', fault, `installed: ${seen}`, context)
  return done
}

/** Looks for the effect until the fault's end. */
async function observe(fault: ResolvedFault, record: FaultRecord, eyes: { watch: Watch | undefined; traffic: TrafficWatch | undefined; installed: string }, context: FaultContext): Promise<void> {
  const { signal, sinceFloodMs } = context
  let isOver = false
  const over = sleepUntil(fault.atMs + fault.forMs, context).then(() => { isOver = true })
  let trouble: string | undefined
  while (record.observedAt === null && !isOver) {
    try {
      // What is seen after the window may be its end, so a look under way then counts no more.
      const sighting = eyes.traffic?.look() ?? await Promise.race([eyes.watch?.look(eyes.installed), over])
      if (sighting) observed(sighting)
    } catch (error) {
      trouble = causeOf(error)
    }
    if (record.observedAt === null) await Promise.race([sleep(lookEveryMs), over])
  }
  if (record.observedAt === null && !signal.aborted) fail(fault, record, `not observed${trouble === undefined ? '' : `: ${trouble}`}`, context)
  await over

  function observed({ by, evidence }: Sighting): void {
    record.observedAt = sinceFloodMs()
    record.observedBy = by
    record.evidence.push(`observed: ${evidence}`)
    tell('observed', fault, `observed by ${by}: ${evidence}`, context)
  }
}

/** Heals, by force where the mild way fails or hangs. Not to be aborted: bounded by the kind's own limit, twice. */
async function heal(kind: FaultKind, fault: ResolvedFault, record: FaultRecord, context: FaultContext): Promise<boolean> {
  const { environment, sinceFloodMs } = context
  const { id, target } = fault
  const ways = [['healed', () => kind.heal(environment, target, id)], ['healed by force', () => kind.forceHeal(environment, target, id)]] as const
  for (const [how, way] of ways) {
    try {
      await within(how, kind.healLimitMs, way())
      const seen = await until('a probe that sees it gone', probeLimitMs, () => kind.probeHealed(environment, target, id))
      record.healedAt = sinceFloodMs()
      record.evidence.push(`${how}: ${seen}`)
      tell('healed', fault, `${how}: ${seen}`, context)
      return true
    } catch (error) {
      record.evidence.push(`not ${how}: ${causeOf(error)}`)
    }
  }
  tell('failed', fault, record.evidence.at(-1)!, context)
  return false
}

function fail(fault: ResolvedFault, record: FaultRecord, what: string, context: FaultContext): void {
  record.evidence.push(what)
  tell('failed', fault, what, context)
}

function tell(kind: FaultEvent['kind'], fault: ResolvedFault, what: string, { onEvent, sinceFloodMs }: FaultContext): void {
  onEvent({ kind, id: fault.id, label: labelOf(fault), text: `${labelOf(fault)} at ${(sinceFloodMs() / 1000).toFixed(1)} s ${what}` })
}

/** The fault in two words, for people: `kill queue`. */
export function labelOf({ kind, target }: ResolvedFault): string {
  return `${kind} ${target}`
}

/** False where the run was aborted before that. */
async function sleepUntil(atMs: number, { signal, sinceFloodMs }: FaultContext): Promise<boolean> {
  const waitMs = atMs - sinceFloodMs()
  if (waitMs > 0 && !signal.aborted) await sleep(waitMs, signal).catch(() => {})
  return !signal.aborted
}
