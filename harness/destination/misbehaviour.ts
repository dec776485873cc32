// What the harness's own servers, destinations and Admin API, can be told to do wrong, as data that crosses to their process.
import type { Distribution } from '../scenario/system.ts'

/** Whatever is left out is as ever. */
export interface Misbehaviour {
  /** Share of the requests that meet it, 0 to 1. Left out: all of them. */
  share?: number
  /** Requests a second that are spared it. */
  sparedPerSecond?: number
  /** Which of a request's orders are taken; of `half`, every second one, which a 207 tells item by item. */
  takes?: 'all' | 'half' | 'none'
  answer?: {
    status: number
    headers: Readonly<Record<string, string>>
    body: string
    /** The connection ends before the answer does. */
    cutOff?: boolean
  }
  /** How late it answers. */
  latency?: Distribution
  /** Its port is closed, and every connection with it. */
  refuses?: boolean
}

/** A request with this header is the harness's own: it is answered as any other, carries no orders and stands in no count. It meets every misbehaviour, whatever share is spared. */
export const probeHeader = 'x-floodmark-probe'
