import { DUPLICATED, LISTED, LISTED_BEFORE_ARRIVAL, MUTATED, tickOf, type History } from '../history/history.ts'
import { arrivalBytes, EFFECT, listedBytes, MUTATED_ARRIVAL } from './protocol.ts'

/** Writes what the destinations and the Admin API tell into the history, with the instants by the harness's own clock. The only writer of its delivery columns and flags. */
export interface ArrivalWriter {
  arrivals(rows: Buffer): void
  listed(rows: Buffer): void
  /** First arrivals so far, and the tick of the newest arrival of any kind. */
  readonly progress: { delivered: number; arrivals: number; lastTick: number }
}

/** `offsetMs` is how far the servers' clock is ahead of the harness's. */
export function createArrivalWriter(history: History, topicsPerOrder: number, offsetMs: number): ArrivalWriter {
  const { flags, deliveries, shape } = history
  const progress = { delivered: 0, arrivals: 0, lastTick: 0 }

  return {
    progress,
    arrivals(rows) {
      for (let at = 0; at < rows.length; at += arrivalBytes) {
        const event = rows.readUInt32LE(at)
        const tick = tickOf(shape.epochMs, rows.readDoubleLE(at + 8) - offsetMs)
        progress.arrivals++
        progress.lastTick = tick
        if (event >= shape.events) continue
        const delivery = deliveries[rows[at + 4]]
        const bits = rows[at + 5]
        if (delivery.arrived[event] === 0) {
          delivery.arrived[event] = tick
          if (deliveries.every(each => each.arrived[event] !== 0)) progress.delivered++
        }
        if (delivery.arrivals[event] < 255) delivery.arrivals[event]++
        if ((bits & EFFECT) !== 0 && delivery.effects[event] < 255 && ++delivery.effects[event] > 1) flags[event] |= DUPLICATED
        if ((bits & MUTATED_ARRIVAL) !== 0) flags[event] |= MUTATED
      }
    },
    listed(rows) {
      for (let at = 0; at < rows.length; at += listedBytes) {
        const order = rows.readUInt32LE(at)
        for (let event = order * topicsPerOrder; event < (order + 1) * topicsPerOrder; event++) {
          if ((flags[event] & LISTED) === 0 && deliveries.some(each => each.arrived[event] === 0)) flags[event] |= LISTED_BEFORE_ARRIVAL
          flags[event] |= LISTED
        }
      }
    },
  }
}
