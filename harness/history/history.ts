/**
 * What happened to each event, as a struct of arrays in shared memory: one of the sender's threads writes what was sent of an event, always
 * the same one, the main thread writes what arrived, and nobody writes what another wrote, so no lock is needed. Ids are dense integers: event i of the plan.
 *
 * Times are ticks of 10 µs since `epochMs` of the shared monotonic clock, 0 meaning never (so a real time is at least 1);
 * 32 bits hold almost twelve hours.
 */
export const ticksPerMs = 100
export const maxTicks = 2 ** 32 - 1

/** How one attempt ended. `open` is an attempt that has no end yet. */
export const outcomes = ['none', 'acked', 'refused', 'indeterminate', 'open'] as const
export type Outcome = (typeof outcomes)[number]
export const NONE = 0
export const ACKED = 1
export const REFUSED = 2
export const INDETERMINATE = 3
export const OPEN = 4

/** Why a planned event was never sent. Index into the `unsent` array; 0 is an event that was sent or not yet due. */
export const unsentReasons = ['', 'unsubscribed', 'sender behind', 'interrupted'] as const

/** Bits of `flags`. */
export const MUTATED = 1
export const LISTED = 2
export const LISTED_BEFORE_ARRIVAL = 4
/** A second effect at some destination. */
export const DUPLICATED = 8

const sendColumns = [
  ['firstSent', Uint32Array],
  /** Until when a fault of the platform kept it from being sent; 0 where none did, so that it was to go at its planned instant. */
  ['heldUntil', Uint32Array],
  ['firstEnded', Uint32Array],
  /** End of the first attempt that was acked. */
  ['acked', Uint32Array],
  /** HTTP status of the first attempt; 0 where there was none. */
  ['status', Uint16Array],
  ['firstOutcome', Uint8Array],
  /** The event's own outcome: acked if any attempt was, else indeterminate if any was, else refused. */
  ['outcome', Uint8Array],
  ['attempts', Uint8Array],
  ['unsent', Uint8Array],
  ['flags', Uint8Array],
] as const

const deliveryColumns = [
  /** First arrival at this destination. */
  ['arrived', Uint32Array],
  /** Raw arrivals and effects left after the destination's own idempotency; both stop counting at 255. */
  ['arrivals', Uint8Array],
  ['effects', Uint8Array],
] as const

type ArrayOf<C extends readonly (readonly [string, unknown])[]> = { [K in C[number] as K[0]]: K[1] extends new (...args: never[]) => infer A ? A : never }
export type DeliveryColumns = ArrayOf<typeof deliveryColumns>

export interface HistoryShape {
  events: number
  destinations: number
  epochMs: number
  buffer: SharedArrayBuffer
}

export interface History extends ArrayOf<typeof sendColumns> {
  readonly shape: HistoryShape
  /** One set of columns a destination, in the order of the system's `destinations`. */
  readonly deliveries: readonly DeliveryColumns[]
}

/** Bytes one event takes while a run goes on, the plan's own columns (due, shop) not counted. */
export function bytesPerEvent(destinations: number): number {
  const width = (columns: readonly (readonly [string, { BYTES_PER_ELEMENT: number }])[]): number => columns.reduce((sum, [, type]) => sum + type.BYTES_PER_ELEMENT, 0)
  return width(sendColumns) + destinations * width(deliveryColumns)
}

export function createHistory(events: number, destinations: number, epochMs: number): History {
  // Every column starts on a multiple of four.
  const buffer = new SharedArrayBuffer(bytesPerEvent(destinations) * events + 4 * (sendColumns.length + destinations * deliveryColumns.length))
  return openHistory({ events, destinations, epochMs, buffer })
}

/** The same history from another thread. */
export function openHistory(shape: HistoryShape): History {
  let offset = 0
  const columns = <T>(list: readonly (readonly [string, new (buffer: SharedArrayBuffer, offset: number, length: number) => ArrayBufferView])[]): T => {
    const arrays: Record<string, ArrayBufferView> = {}
    for (const [name, Type] of list) {
      const array = new Type(shape.buffer, offset, shape.events)
      // Not with bits: those end at two gigabytes.
      offset = Math.ceil((offset + array.byteLength) / 4) * 4
      arrays[name] = array
    }
    return arrays as T
  }
  const send = columns<ArrayOf<typeof sendColumns>>(sendColumns)
  const deliveries = Array.from({ length: shape.destinations }, () => columns<DeliveryColumns>(deliveryColumns))
  return { shape, ...send, deliveries }
}

/** A time of the shared monotonic clock as this history's tick. */
export function tickOf(epochMs: number, atMs: number): number {
  const tick = Math.round((atMs - epochMs) * ticksPerMs)
  return tick < 1 ? 1 : tick
}

/** Milliseconds since the history's epoch. */
export function msOf(tick: number): number {
  return tick / ticksPerMs
}
