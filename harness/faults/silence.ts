/**
 * Fault `silence`: the platform sends nothing for the window, and then all that it owes (Kinesis, November 2020).
 *
 * Orders go on being placed: their planned instants stay, so that the delay which merchants see is measured, and the sender's lag counts from the
 * release, which is the fault's doing and not the generator's. `resumptionSurge` is the other way to have the surge: there the orders themselves are
 * planned late, so it says what the system makes of a surge and nothing of anybody's delay.
 */
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { duration, object, problemsOf } from '../scenario/rules.ts'
import { platformFault } from './platform-fault.ts'

export type SilenceParameters = {
  /** How long the platform takes to send what it owes, evenly; beside what falls due anyway. Default: 5s. */
  catchUp?: Duration
}

const schema = object({ catchUp: duration.optional() })

export const silence = platformFault<SilenceParameters, 'silence'>({
  fault: 'silence',
  summary: 'silence the platform: it sends nothing for the window, and then all that it owes',
  problems: parameters => problemsOf('', schema, parameters),
  order: ({ catchUp = '5s' }) => ({ catchUpMs: mustDurationMs(catchUp) }),
  met: 'webhooks due and not sent',
})
