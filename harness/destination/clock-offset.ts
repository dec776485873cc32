// How far the clock of the servers' program is from the harness's own: on one machine they are the same one, on an engine elsewhere they are not.
import { monotonicMs } from '../clock.ts'

const exchanges = 8
/** Each process finds the zero of its clock once, to some microseconds (clock.ts). */
const precisionMs = 0.1

/** One question for the other clock: when it was asked and answered on this one, and what the other one said in between. */
export interface ClockExchange {
  askedMs: number
  otherMs: number
  answeredMs: number
}

export interface ClockOffset {
  /** The other clock less this one, ms. Exactly 0 where both may be the same. */
  offsetMs: number
  /** Of the exchange that it was read from. The offset is right to half of it. */
  roundTripMs: number
}

/**
 * The exchange with the shortest round trip says most, as in NTP (RFC 5905, section 8): the other clock was read between question and answer, so its offset from
 * the middle is right to half the round trip. What it said between question and answer this clock may have said as well, and then they are taken for one: on
 * one machine nothing is corrected.
 */
export function clockOffset(measured: readonly ClockExchange[]): ClockOffset {
  const { askedMs, otherMs, answeredMs } = measured.reduce((best, each) => (each.answeredMs - each.askedMs < best.answeredMs - best.askedMs ? each : best))
  const maybeSame = otherMs >= askedMs - precisionMs && otherMs <= answeredMs + precisionMs
  return { offsetMs: maybeSame ? 0 : otherMs - (askedMs + answeredMs) / 2, roundTripMs: answeredMs - askedMs }
}

/** Asks the other clock some times, one after another. */
export async function measureClock(ask: () => Promise<number>): Promise<ClockOffset> {
  const measured: ClockExchange[] = []
  for (let exchange = 0; exchange < exchanges; exchange += 1) {
    const askedMs = monotonicMs()
    const otherMs = await ask()
    measured.push({ askedMs, otherMs, answeredMs: monotonicMs() })
  }
  return clockOffset(measured)
}

/** What a line about the other side ends with where its clock is corrected; nothing on one machine. */
export function describeOffset({ offsetMs, roundTripMs }: ClockOffset): string {
  if (offsetMs === 0) return ''
  return `; their clock is ${Math.abs(offsetMs).toFixed(1)} ms ${offsetMs > 0 ? 'ahead' : 'behind'}, known to ${(roundTripMs / 2).toFixed(1)} ms, and all their times are corrected by it`
}
