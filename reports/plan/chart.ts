/** A chart of unicode blocks: one column a stretch of time, eight steps a line. It needs no colour to be read. */
import { formatCount, formatMs } from '../format.ts'

const blocks = ' ▁▂▃▄▅▆▇█'
const steps = blocks.length - 1

export interface ChartSize {
  /** Columns of the bars, the axis not counted. */
  width: number
  height: number
}

/**
 * The fullest second in each of `width` equal stretches of as many seconds as there are values. So no peak is too short to be seen; where there are fewer seconds than
 * columns, each is as many columns wide as fit.
 */
export function fullestOf(values: readonly number[], width: number): number[] {
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width)
    const to = Math.max(from + 1, Math.ceil(((column + 1) * values.length) / width))
    return values.slice(from, values.length < width ? from + 1 : to).reduce((most, value) => Math.max(most, value), 0)
  })
}

/** Bars from the top line down, in front of each the axis, with the largest value at its top and 0 at its foot. Anything above zero is at least a sliver. */
export function drawBars(values: readonly number[], { width, height }: ChartSize, labelWidth: number): string[] {
  const columns = fullestOf(values, width)
  const top = Math.max(1, ...columns)
  const heights = columns.map(value => (value === 0 ? 0 : Math.max(1, Math.round((value / top) * height * steps))))
  return Array.from({ length: height }, (_, line) => {
    const floor = (height - 1 - line) * steps
    const bars = heights.map(filled => blocks[Math.min(steps, Math.max(0, filled - floor))]).join('')
    const label = line === 0 ? formatCount(top) : line === height - 1 ? '0' : ''
    return `${label.padStart(labelWidth)} ${label === '' ? '│' : '┤'}${bars}`.trimEnd()
  })
}

/** The axis of time under the bars: where it begins, its middle and its end. */
export function drawTimeAxis(seconds: number, width: number, labelWidth: number): string[] {
  const [start, middle, end] = ['0 s', formatMs(seconds * 500), formatMs(seconds * 1_000)]
  const labels = start + middle.padStart(Math.floor(width / 2) - start.length + Math.ceil(middle.length / 2))
  return [`${' '.repeat(labelWidth)} └${'─'.repeat(width)}`, `${' '.repeat(labelWidth)}  ${labels}${end.padStart(width - labels.length)}`]
}

/** A line of the columns that lie in any of these windows. */
export function drawWindows(windows: readonly { fromMs: number; toMs: number }[], seconds: number, { width, labelWidth }: { width: number; labelWidth: number }): string {
  const columnMs = (seconds * 1_000) / width
  const marks = Array.from({ length: width }, (_, column) => (windows.some(({ fromMs, toMs }) => fromMs < (column + 1) * columnMs && toMs > column * columnMs) ? '▔' : ' '))
  return `${' '.repeat(labelWidth)}  ${marks.join('')}`.trimEnd()
}
