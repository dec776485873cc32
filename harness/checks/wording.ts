import { msOf } from '../history/history.ts'
import { orderOf, topicOf } from '../plan/plan.ts'
import { DELIVERED, LOST, MISSED, PENDING } from './accounts.ts'
import type { Evidence } from './check.ts'

/** How findings write numbers and name events. */

export function inWords(count: number): string {
  return count.toLocaleString('en-US')
}

/** `84 ms`, `1.25 s`. */
export function msInWords(ms: number): string {
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(4))} s`
}

/** A share in per cent, cut rather than rounded, so that nothing short of all reads as 100 %. */
export function shareInWords(part: number, of: number): string {
  return `${Math.floor((part / of) * 1e6 + 1e-6) / 1e4} %`
}

const samplesNamed = 5

/** The first few flood events for which `isOne` holds, each with its order, shop and times: what a finding shows. */
export function nameEvents(evidence: Evidence, isOne: (event: number) => boolean): string[] {
  const { plan } = evidence
  const names: string[] = []
  for (let event = plan.warmUpCount; event < plan.eventCount && names.length < samplesNamed; event++) if (isOne(event)) names.push(nameEvent(evidence, event))
  return names
}

function nameEvent({ plan, history, accounts, corpus, destinations, floodTick }: Evidence, event: number): string {
  const at = (tick: number): string => `${((tick - floodTick) / 100_000).toFixed(3)} s`
  const topic = plan.topics.length > 1 ? ` ${plan.topics[topicOf(plan, event)]}` : ''
  const parts = [`order ${corpus.orderId(orderOf(plan, event))}${topic} of ${plan.shops[plan.shop[event]]} (event ${event}): planned at ${(msOf(plan.dueTicks[event]) / 1000).toFixed(3)} s`]
  parts.push(history.acked[event] !== 0 ? `acked at ${at(history.acked[event])}` : history.firstSent[event] !== 0 ? 'never acked' : 'never sent')
  for (const [index, { arrived, arrivals, effects }] of history.deliveries.entries()) {
    const times = arrivals[event] > 1 ? `, ${arrivals[event]} arrivals, ${effects[event]} effects` : ''
    parts.push(arrived[event] !== 0 ? `at ${destinations[index]} ${at(arrived[event])}${times}` : `never at ${destinations[index]}`)
  }
  const state = accounts.state[event]
  if (state !== DELIVERED) parts.push(state === LOST ? 'lost' : state === MISSED ? 'missed' : state === PENDING ? 'pending' : 'not judged')
  return parts.join(', ')
}
