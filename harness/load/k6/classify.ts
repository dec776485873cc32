// What an attempt that k6 made has come to, in the words of the history.
import { ACKED, INDETERMINATE, REFUSED } from '../../history/history.ts'

/**
 * k6's error codes (lib/netext/httpext/error_codes.go) of a request that never left: no name (1100, 1101), no connection (1210 to 1213).
 * A request timeout (1050) may have struck while connecting, but k6 does not say so.
 */
const neverSent: ReadonlySet<number> = new Set([1100, 1101, 1210, 1211, 1212, 1213])

/** Errors of this machine, not of the system under test. */
const ownLimit = /too many open files|cannot assign requested address|no buffer space|cannot allocate memory|permission denied/

/** How an attempt ended, from the status and the error code that k6's response tells: status 0 is no whole answer. */
export function outcomeOf({ status, code, refusedStatuses }: { status: number; code: number; refusedStatuses: ReadonlySet<number> }): number {
  if (status >= 200 && status < 300) return ACKED
  if (status > 0) return refusedStatuses.has(status) ? REFUSED : INDETERMINATE
  return neverSent.has(code) ? REFUSED : INDETERMINATE
}

/** Whether the reason of a failed attempt lies with this machine: counting it as a refusal would blame the wrong one. */
export function isOwnLimit(code: number, error: string): boolean {
  return neverSent.has(code) && ownLimit.test(error)
}
