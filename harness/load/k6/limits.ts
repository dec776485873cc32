// What k6 can draw of a load, and how many virtual users that takes.
import type { Plan } from '../../plan/plan.ts'
import type { RetryPolicy } from '../../platform/retry-policy.ts'
import { platformFaults, type Asked } from '../engine.ts'
import { stageProblems } from './stages.ts'

/**
 * k6 sets its users off one by one before its first iteration: 0.1 ms each on an idle machine, several times that beside a busy system. It is let go so much before the
 * flood, and each of its iterations, which are early then, waits for its event's instant.
 */
const lead = { leastMs: 200, msPerUser: 0.5, mostMs: 1_000 } as const
const fewestUsers = 10

/** What k6 cannot send: its executor takes events off a rate, one after the other, each once, and nothing can be said to it meanwhile. */
export function k6Problems({ load: { shape, spacing, realism }, faults }: Asked): string[] {
  // The Admin API is the platform's too, and stays the harness's own whatever sends.
  const ofPlatform = faults.filter(({ kind }) => (platformFaults as readonly string[]).includes(kind))
  return [
    ...ofPlatform.map(({ id, kind }) => `faults: ${id} (${kind}) is done by the sender itself, must be left out for the engine k6, which cannot be told to misbehave`),
    ...(spacing === 'even' ? [] : [`load.spacing: found "${spacing}", must be "even" for the engine k6, whose executors space iterations evenly along a rate`]),
    ...(realism === undefined ? [] : ['load.realism: found some, must be left out for the engine k6, which sends events once and in the order of their rate']),
    ...stageProblems(shape),
  ]
}

/** Users that hold the plan's fullest second while nothing answers until the timeout (Little's law), but no more than the sockets that the scenario allows. */
export function usersFor(plan: Pick<Plan, 'peakPerSecond'>, { totalTimeoutMs }: Pick<RetryPolicy, 'totalTimeoutMs'>, maxSockets: number): number {
  return Math.min(maxSockets, Math.max(fewestUsers, Math.ceil((plan.peakPerSecond * (totalTimeoutMs + lead.mostMs)) / 1_000)))
}

/** How long before the flood so many users are to be let go, ms. */
export function leadFor(users: number): number {
  return Math.min(lead.mostMs, lead.leastMs + users * lead.msPerUser)
}
