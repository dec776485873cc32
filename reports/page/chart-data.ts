/** What the page's script draws, as data: rows thinned to what a screen can show, and the faults as bands. */
import { faultLabel, faultWindow, lastMs } from '../outage.ts'
import type { RunRecord, SeriesRecord } from '../record.ts'
import { charts } from './chart-list.ts'

/** A 1280-pixel screen cannot show more, and the page stays small after a run of hours. */
const rowLimit = 1_200
const bandLimit = 200

const meanKeys = ['planned', 'attempts', 'acked', 'refused', 'indeterminate', 'delivered'] as const
const worstKeys = ['backlog', 'answerP50Ms', 'answerP99Ms', 'delayP50Ms', 'delayP99Ms', 'lagP99Ms'] as const

export interface ThinSeries {
  /** Seconds that one row spans. */
  spanSeconds: number
  second: number[]
  values: Record<(typeof meanKeys)[number] | (typeof worstKeys)[number], (number | null)[]>
}

/** Rows of one second each where they fit; beyond that each row spans several: rates become means, backlog and percentiles the worst of the span. */
export function thinSeries(series: SeriesRecord, limit = rowLimit): ThinSeries {
  const spanSeconds = Math.max(1, Math.ceil(series.second.length / limit))
  const starts = series.second.map((_, index) => index).filter(index => index % spanSeconds === 0)
  const spans = (values: readonly (number | null)[]): number[][] => starts.map(start => values.slice(start, start + spanSeconds).filter(value => value !== null))
  const mean = (span: number[]): number | null => (span.length === 0 ? null : round(span.reduce((sum, value) => sum + value, 0) / span.length))
  const worst = (span: number[]): number | null => (span.length === 0 ? null : round(Math.max(...span)))
  const values = Object.fromEntries([...meanKeys.map(key => [key, spans(series[key]).map(mean)] as const), ...worstKeys.map(key => [key, spans(series[key]).map(worst)] as const)])
  return { spanSeconds, second: starts.map(start => series.second[start]), values: values as ThinSeries['values'] }
}

/** The page's data block. */
export function chartData(record: RunRecord, series: SeriesRecord) {
  const endMs = lastMs(record)
  const bands = record.faults.slice(0, bandLimit).flatMap((fault, index) => {
    const window = faultWindow(fault, endMs)
    return window === undefined ? [] : [{ number: index + 1, label: faultLabel(fault), fromSecond: window.fromMs / 1_000, toSecond: window.toMs / 1_000 }]
  })
  return { ...thinSeries(series), floodSeconds: record.plan.durationMs / 1_000, bands, charts }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
