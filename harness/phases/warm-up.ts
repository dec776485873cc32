import { monotonicMs, sleep } from '../clock.ts'
import { FloodmarkError } from '../errors.ts'
import type { RunOptions } from '../run.ts'
import type { Prepared } from '../scenario/prepare.ts'
import type { Arranged } from './arrange.ts'
import type { Planned } from './plan.ts'

/** Beyond the sender's own schedule, this long for the last warm-up event to arrive. */
const arrivalLimitMs = 20_000
const leadMs = 50

/**
 * Phase 3: sends the warm-up events and waits until each has arrived. A pipeline that cannot deliver a few orders while nothing is
 * broken has no steady state to disturb, so the run stops here and says nothing about loss.
 */
export async function warmUp(prepared: Prepared, { plan }: Planned, { engine, servers, deaths }: Arranged, { signal, progress }: RunOptions): Promise<void> {
  servers.openAdmin(prepared.scenario.repair)
  const startedAtMs = monotonicMs() + leadMs
  const wallMs = Date.now() + leadMs
  servers.begin('warm-up', startedAtMs, wallMs)
  const sending = engine.send({ from: 0, to: plan.warmUpCount, startedAtMs, wallMs })
  const lastDueMs = startedAtMs + plan.dueTicks[plan.warmUpCount - 1] / 100
  const deadlineMs = lastDueMs + arrivalLimitMs
  while (servers.progress.delivered < plan.warmUpCount) {
    if (deaths.length > 0 || monotonicMs() > deadlineMs) throw notSteady(plan.warmUpCount, servers.progress.delivered, engine.counters(), deaths)
    await sleep(20, signal)
  }
  await sending
  progress.line(`steady: ${plan.warmUpCount} warm-up orders arrived`)
}

function notSteady(planned: number, delivered: number, counters: ReturnType<Arranged['engine']['counters']>, deaths: Arranged['deaths']): FloodmarkError {
  const evidence = [
    `${delivered} of ${planned} warm-up orders arrived; ${counters.acked} were acked, ${counters.refused} attempts refused, ${counters.indeterminate} indeterminate`,
    ...deaths.flatMap(death => [`${death.name} ${death.how}`, ...death.lastLines]),
  ]
  return new FloodmarkError('unknown', 'the system never reached a steady state, so nothing was tested', {
    evidence,
    hint: "look at the components' logs in the run's folder; a webhook that is answered 401 means that the secrets differ",
  })
}
