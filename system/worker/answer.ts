// What a destination's answer says of the batch that it answers. Only what it says outright counts: a 2xx alone is no promise.
import type { IncomingHttpHeaders } from 'node:http'

/** Which items it has taken; that it will never take this batch; or that it wants to be left alone for a while. */
export type Answer = { kind: 'taken'; taken: (index: number) => boolean } | { kind: 'refused' } | { kind: 'hold'; forMs: number }

/** A response that came to its end. */
export interface WholeResponse {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Statuses that speak of what was sent rather than of the destination: the same batch would be refused for ever. */
const refusals = new Set([400, 413, 422])
/** Item by item. */
const multiStatus = 207
const held = new Set([429, 503])

/**
 * Reads the answer to a batch of so many items: `{"success":true}` takes all of it, and a 207 says in `results` (`index`, `status`) what became of each
 * item, of which those that it does not name were not taken. Throws for whatever settles nothing: a 5xx, a redirect, a page that some proxy put there.
 */
export function readAnswer({ status, headers, body }: WholeResponse, items: number): Answer {
  if (refusals.has(status)) return { kind: 'refused' }
  const forMs = held.has(status) ? retryAfterMs(headers['retry-after']) : undefined
  if (forMs !== undefined) return { kind: 'hold', forMs }
  if (status < 200 || status >= 300) throw new Error(`answered ${status}`)
  const said = parse(body)
  if (status === multiStatus) return { kind: 'taken', taken: takenOf(said?.results, items) }
  if (said?.success !== true) throw new Error(`answered ${status} without success`)
  return { kind: 'taken', taken: () => true }
}

/** Seconds or a date, as HTTP has it; undefined where it is neither. */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

function takenOf(results: unknown, items: number): (index: number) => boolean {
  const taken = new Uint8Array(items)
  for (const result of Array.isArray(results) ? results : []) {
    if (result?.status >= 200 && result.status < 300 && Number.isInteger(result.index) && result.index < items) taken[result.index] = 1
  }
  return index => taken[index] === 1
}

function parse(body: string): { success?: unknown; results?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
