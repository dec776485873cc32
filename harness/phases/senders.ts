// Whether this machine has a core for each thread that a scenario would have its webhooks sent from.
import { availableParallelism } from 'node:os'
import type { Impossible } from '../plan/impossible.ts'
import type { Prepared } from '../scenario/prepare.ts'

/** `cores` is what this process may use. More threads than that only take turns, and each is late while another has its turn. */
export function senderProblems({ load: { senders } }: Pick<Prepared, 'load'>, cores: number = availableParallelism()): Impossible[] {
  if (senders <= cores) return []
  return [{ problem: `load.senders: ${senders} threads that each need a core of their own; this machine has ${cores}, for all else of the run too`, hint: `lower senders to ${cores} at most` }]
}
