/** A plan for the terminal: what would be sent as a chart, what it comes to, and a table of its seconds. */
import { countOf, formatBytes, formatCount, formatMs, threeDigits } from '../format.ts'
import { scalesText } from '../scale.ts'
import { labelled, painter, unwrapped, type Paint } from '../terminal.ts'
import { drawBars, drawTimeAxis, drawWindows } from './chart.ts'
import type { PlanRecord } from './record.ts'
import { renderSeconds } from './seconds.ts'

const chartHeight = { planned: 8, worst: 6 }
const shopsShown = 3
const faultsShown = 6

/** The whole plan, without a line end at its end. `width`: columns to fit in, 40 at least; 100 at most are used. */
export function renderPlan(record: PlanRecord, { color, width = 100 }: { color: boolean; width?: number }): string {
  const columns = Math.min(100, Math.max(40, width))
  const paint = painter(color)
  return [
    paint('bold', `${record.scenario.name} on ${record.system.name}`), '',
    ...chartLines(record, columns, paint), '',
    ...facts(record).flatMap(([label, text]) => labelled(label, text, columns, paint)),
    unwrapped('plan', record.planHash, paint), '',
    ...renderSeconds(record, columns),
  ].join('\n')
}

function chartLines({ flood, seconds: { planned, worstAttempts }, faults }: PlanRecord, columns: number, paint: Paint): string[] {
  const labelWidth = Math.max(...[...planned, ...worstAttempts].map(value => formatCount(value).length)) + 2
  const width = columns - labelWidth - 3
  const bars = (values: readonly number[], height: number, style: 'cyan' | 'yellow'): string[] => drawBars(values, { width, height }, labelWidth).map(line => paint(style, line))
  const axis = drawTimeAxis(planned.length, width, labelWidth)
  return [
    ...labelled('planned', `first attempts a second, ${threeDigits(flood.meanPerSecond)} on average`, columns, paint),
    ...bars(planned, chartHeight.planned, 'cyan'), ...axis,
    ...(faults.length === 0 ? [] : [
      paint('red', drawWindows(faults, planned.length, { width, labelWidth })),
      ...labelled('at worst', 'attempts a second, retries included, if each fails while a fault lasts', columns, paint),
      ...bars(worstAttempts, chartHeight.worst, 'yellow'), ...axis,
    ]),
  ]
}

function facts(record: PlanRecord): [label: string, text: string][] {
  const { flood, warmUp, topics, worst, memory, retries } = record
  const scaled = scalesText(flood.scales)
  const disorder = disorderText(record)
  const { plan, history, judging } = memory.bytesPerEvent
  return [
    ['events', `${formatCount(flood.events)} of ${countOf(flood.orders, 'order')} in ${formatMs(flood.durationMs)}, at most ${formatCount(flood.peakPerSecond)} within any second, spaced ${flood.spacing === 'even' ? 'evenly' : `as ${flood.spacing}`}`],
    ...(scaled === undefined ? [] : [['scaled', scaled] as [string, string]]),
    ['warm-up', `${countOf(warmUp.events, 'event')} before them, ${threeDigits(warmUp.perSecond)} a second`],
    ['shops', shopsText(record)],
    ['topics', topics.map(({ topic, events }) => `${topic} ${formatCount(events)}`).join(', ')],
    ...(disorder === undefined ? [] : [['disorder', disorder] as [string, string]]),
    ['retries', retriesText(retries)],
    ...(record.faults.length === 0 ? [] : [['faults', faultsText(record)] as [string, string]]),
    ['worst', `${countOf(worst.attemptsPerSecond, 'attempt')} a second${record.faults.length === 0 ? '' : ', with the longest fault at the worst time'}`],
    ['sockets', socketsText(record)],
    ['memory', `${countOf(memory.events, 'event')} x ${plan + history + judging} bytes (plan ${plan}, history ${history}, judging ${judging}) = ${formatBytes(memory.bytes)} of the ${formatBytes(memory.limitBytes)} that they may take here`],
  ]
}

function shopsText({ shops, flood }: PlanRecord): string {
  const largest = shops.slice(0, shopsShown).map(({ shop, events }) => `${shop.replace('.myshopify.com', '')} ${formatCount(events)} (${percent(events / flood.events)})`)
  const median = (shops[Math.floor((shops.length - 1) / 2)].events + shops[Math.ceil((shops.length - 1) / 2)].events) / 2
  const tenth = Math.ceil(shops.length / 10)
  const ofTenth = shops.slice(0, tenth).reduce((sum, { events }) => sum + events, 0)
  return shops.length <= shopsShown
    ? `${countOf(shops.length, 'shop')}: ${largest.join(', ')}`
    : `${countOf(shops.length, 'shop')}: ${largest.join(', ')}; median ${threeDigits(median)}; the largest ${countOf(tenth, 'shop')} have ${percent(ofTenth / flood.events)} of all`
}

function disorderText({ disorder: { ordersOutOfOrder, repeats, delayed, longestDelayMs } }: PlanRecord): string | undefined {
  const parts = [
    ...(ordersOutOfOrder === 0 ? [] : [`${countOf(ordersOutOfOrder, 'order')} with topics out of order`]),
    ...(repeats === 0 ? [] : [`${countOf(repeats, 'event')} sent twice`]),
    ...(delayed === 0 ? [] : [`${countOf(delayed, 'event')} sent later than what they tell of, by ${formatMs(longestDelayMs)} at most`]),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

function retriesText({ policy, timeScale, delaysMs, totalTimeoutMs }: PlanRecord['retries']): string {
  const after = `given up after ${formatMs(totalTimeoutMs)}`
  if (delaysMs.length === 0) return `${policy}: none; ${after}`
  const sum = delaysMs.reduce((total, delayMs) => total + delayMs, 0)
  return `${policy}: ${delaysMs.length} within ${formatMs(sum)}${timeScale === 1 ? '' : ` (${formatMs(sum * timeScale)} at 1/${threeDigits(timeScale)})`}, the first after ${formatMs(delaysMs[0])}; each attempt ${after}`
}

function faultsText({ faults }: PlanRecord): string {
  const texts = faults.slice(0, faultsShown).map(({ kind, target, fromMs, toMs }) => `${kind} ${target} from ${threeDigits(fromMs / 1_000)} s to ${threeDigits(toMs / 1_000)} s`)
  return [...texts, ...(faults.length > faultsShown ? [`${formatCount(faults.length - faultsShown)} more`] : [])].join(', ')
}

/** By Little's law, both ways: what a hanging intake takes, and how slow its answers may be at the peak before sends have to wait. */
function socketsText({ worst: { sockets, maxSockets, attemptsPerSecond }, retries: { totalTimeoutMs }, flood: { peakPerSecond } }: PlanRecord): string {
  const hanging = `an intake that hangs then would take ${formatCount(attemptsPerSecond)} x ${formatMs(totalTimeoutMs)} = ${formatCount(sockets)}`
  return `${formatCount(maxSockets)}: enough for the peak while answers take up to ${formatMs(Math.min(totalTimeoutMs, (maxSockets / peakPerSecond) * 1_000))}; ${hanging}`
}

function percent(share: number): string {
  return `${threeDigits(share * 100)} %`
}
