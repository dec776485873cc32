import type { Correlated } from '../scenario/system.ts'
import type { EventFinder } from './event-finder.ts'
import { arrivalBytes, EFFECT, frame, frameTypes, listedBytes, MUTATED_ARRIVAL, unknownEvent } from './protocol.ts'

/** Of what was not expected, this many are described; the rest is only counted. */
const maxSamples = 20
const maxSampleLength = 200
const rowsPerFrame = 4_096

/** What arrived, on its way to the harness: rows are gathered and sent in frames, never kept one by one. */
export interface ArrivalLog {
  arrived(destination: string, delivery: Correlated, effect: boolean, atMs: number): void
  listed(order: number, atMs: number): void
  unreadable(destination: string, error: unknown): void
  /** Sends what has been gathered. */
  flush(): void
  /** Deliveries and requests that could not be placed so far. */
  strays(): { unexpected: number; unexpectedSamples: string[]; unreadable: number; unreadableSamples: string[] }
}

export function createArrivalLog(destinations: readonly string[], finder: EventFinder, send: (frame: Buffer) => void): ArrivalLog {
  const arrivals = createRows(frameTypes.arrivals, arrivalBytes, send)
  const listings = createRows(frameTypes.listed, listedBytes, send)
  const strays = { unexpected: 0, unexpectedSamples: [] as string[], unreadable: 0, unreadableSamples: [] as string[] }

  return {
    arrived(destination, delivery, effect, atMs) {
      const event = finder.find(delivery)
      let flags = effect ? EFFECT : 0
      if (event === unknownEvent) {
        strays.unexpected++
        if (strays.unexpectedSamples.length < maxSamples) strays.unexpectedSamples.push(describe(destination, delivery))
      } else if (finder.isMutated(event, delivery)) {
        flags |= MUTATED_ARRIVAL
      }
      const { rows, at } = arrivals.next()
      rows.writeUInt32LE(event, at)
      rows[at + 4] = destinations.indexOf(destination)
      rows[at + 5] = flags
      rows.writeUInt16LE(0, at + 6)
      rows.writeDoubleLE(atMs, at + 8)
    },
    listed(order, atMs) {
      const { rows, at } = listings.next()
      rows.writeUInt32LE(order, at)
      rows.writeDoubleLE(atMs, at + 4)
    },
    unreadable(destination, error) {
      strays.unreadable++
      const message = error instanceof Error ? error.message : String(error)
      if (strays.unreadableSamples.length < maxSamples) strays.unreadableSamples.push(`${destination}: ${message.slice(0, maxSampleLength)}`)
    },
    flush() {
      arrivals.flush()
      listings.flush()
    },
    strays: () => strays,
  }
}

/** Names a stray delivery without its content. */
function describe(destination: string, delivery: Correlated): string {
  const id = 'eventId' in delivery ? `event ${delivery.eventId}` : `order ${delivery.orderId} of ${delivery.shop}`
  return `${destination}: ${id}${delivery.topic === undefined ? '' : ` (${delivery.topic})`}`.slice(0, maxSampleLength)
}

function createRows(type: number, width: number, send: (frame: Buffer) => void): { next(): { rows: Buffer; at: number }; flush(): void } {
  const rows = Buffer.alloc(width * rowsPerFrame)
  const cursor = { rows, at: -width }
  return {
    next() {
      if (cursor.at + width >= rows.length) this.flush()
      cursor.at += width
      return cursor
    },
    flush() {
      if (cursor.at < 0) return
      send(frame(type, rows.subarray(0, cursor.at + width)))
      cursor.at = -width
    },
  }
}
