import { listDeaths, tellDeaths } from '../checks/last-words.ts'
import { monotonicMs, sleep } from '../clock.ts'
import { FloodmarkError } from '../errors.ts'
import { ticksPerMs } from '../history/history.ts'
import type { RunOptions } from '../run-options.ts'
import type { Prepared } from '../scenario/prepare.ts'
import type { Arranged } from './arrange.ts'
import type { Planned } from './plan.ts'

/** After the last warm-up event was due: this long for the first ack of any, and this long for the last to arrive. */
const ackLimitMs = 5_000
const arrivalLimitMs = 20_000
const leadMs = 50

/**
 * Phase 3: sends the warm-up events and waits until each has arrived. A pipeline that cannot deliver a few orders while nothing is
 * broken has no steady state to disturb, so the run stops here and says nothing about loss.
 */
export async function warmUp(prepared: Prepared, { plan }: Planned, arranged: Arranged, { signal, progress }: RunOptions): Promise<void> {
  const { engine, servers } = arranged
  servers.openAdmin(prepared.scenario.repair)
  const startedAtMs = monotonicMs() + leadMs
  const wallMs = Date.now() + leadMs
  servers.begin('warm-up', startedAtMs, wallMs)
  let senderFailure: unknown
  const sending = engine.send({ from: 0, to: plan.warmUpCount, startedAtMs, wallMs })
  // A run that is given up ends the sender, and by then nobody waits for it any more.
  sending.catch(error => { senderFailure = error })
  const lastDueMs = startedAtMs + plan.dueTicks[plan.warmUpCount - 1] / ticksPerMs
  while (servers.progress.delivered < plan.warmUpCount) {
    if (senderFailure !== undefined) throw senderFailure
    refuseDeadHarness(arranged)
    const hint = whyGiveUp(arranged, prepared, monotonicMs() - lastDueMs)
    if (hint !== undefined) throw notSteady(plan.warmUpCount, arranged, hint)
    await sleep(20, signal)
  }
  await sending
  progress.line(`steady: ${plan.warmUpCount} warm-up orders arrived`)
}

function refuseDeadHarness({ deaths }: Arranged): void {
  const dead = deaths.filter(death => death.harness)
  if (dead.length === 0) return
  throw new FloodmarkError('invalid', tellDeaths(dead, 'of the harness died in the warm-up'), { evidence: listDeaths(dead) })
}

/** Where to look when there is nothing left to wait for; undefined as long as there may be. */
function whyGiveUp({ engine, servers, deaths }: Arranged, { system }: Prepared, sinceLastDueMs: number): string | undefined {
  if (deaths.length > 0) return "its whole log is in the run's folder"
  if ((servers.stats?.unreadable ?? 0) > 0) return `mend correlate in ${system.file}: it must read every request that the system makes to a destination`
  const isSilent = sinceLastDueMs > ackLimitMs && engine.counters().acked === 0
  if (!isSilent && sinceLastDueMs <= arrivalLimitMs) return undefined
  return "look at the components' logs in the run's folder; a webhook that is answered 401 means that the secrets differ"
}

function notSteady(planned: number, { engine, servers, history, deaths }: Arranged, hint: string): FloodmarkError {
  const { acked, refused, indeterminate } = engine.counters()
  const unreadable = servers.stats?.unreadableSamples ?? []
  const evidence = [
    `${servers.progress.delivered} of ${planned} warm-up orders arrived; ${acked} were acked, ${refused} attempts refused, ${indeterminate} indeterminate`,
    `first attempts: ${answersOf(history, planned)}`,
    ...listDeaths(deaths),
    ...unreadable.slice(0, 3).map(sample => `a request to a destination could not be read: ${sample}`),
  ]
  return new FloodmarkError('unknown', 'the system never reached a steady state, so nothing was tested', { evidence, hint })
}

/** How the first attempts of the first `count` events were answered: `60 answered 401, 3 not answered`. */
function answersOf({ status, firstEnded }: Arranged['history'], count: number): string {
  const counts = new Map<number, number>()
  for (let event = 0; event < count; event++) if (firstEnded[event] !== 0) counts.set(status[event], (counts.get(status[event]) ?? 0) + 1)
  return [...counts].map(([code, times]) => `${times} ${code === 0 ? 'not answered' : `answered ${code}`}`).join(', ') || 'none has ended'
}
