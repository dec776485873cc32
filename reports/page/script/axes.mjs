/** Scales and axes of the charts: time from the first to the end of the last second, values from zero or in steps of 1, 2, 5. */
import { clock, colour, data, text } from './data.mjs'
/** @import { Chart } from './data.mjs' */

const axisWidth = 58
/** Ticks of counts: there is no half webhook. */
const wholeSteps = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(factor => factor * 10 ** power)).flat()

/** The next of 1, 2, 5, 10, 20, ... at or past a value. @param {number} value @param {'down' | 'up'} direction */
function step125(value, direction) {
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9)
  const steps = [1, 2, 5, 10].map(factor => factor * decade)
  return direction === 'up' ? steps.find(step => step >= value * 0.999999) ?? 10 * decade : steps.filter(step => step <= value * 1.000001).pop() ?? decade
}

/** @param {Chart} chart @returns {[number, number]} */
function logRange(chart) {
  const seen = chart.lines.flatMap(line => data.values[line.key]).filter(value => value !== null && value > 0).map(Number)
  if (seen.length === 0) return [1, 10]
  const low = step125(seen.reduce((a, b) => Math.min(a, b)) * 0.9, 'down')
  return [low, Math.max(low * 10, step125(seen.reduce((a, b) => Math.max(a, b)) * 1.1, 'up'))]
}

/** @param {number} min @param {number} max */
function logSplits(min, max) {
  const factors = max / min > 200 ? [1] : [1, 2, 5]
  const splits = []
  for (let decade = 10 ** Math.floor(Math.log10(min)); decade <= max && splits.length < 40; decade *= 10) splits.push(...factors.map(factor => factor * decade))
  return splits.filter(split => split >= min * 0.999 && split <= max * 1.001)
}

/** @returns {uPlot.Axis} */
export function timeAxis() {
  return axis({ scale: 'x', size: 24, space: 70, values: (_, splits) => splits.map(clock) })
}

/** @param {uPlot.Axis} more @returns {uPlot.Axis} */
function axis(more) {
  const line = { stroke: () => colour('grid'), width: 1 }
  return { stroke: () => colour('muted'), font: '12px system-ui, sans-serif', grid: line, ticks: { ...line, size: 4 }, gap: 4, ...more }
}

/** @param {Chart} chart @returns {uPlot.Axis} */
export function valueAxis(chart) {
  const values = (/** @type {uPlot} */ _, /** @type {number[]} */ splits) => splits.map(split => text(split, chart.unit))
  return chart.log
    ? axis({ scale: 'y', size: axisWidth, values, splits: (_, __, min, max) => logSplits(min, max), filter: (_, splits) => splits })
    : axis({ scale: 'y', size: axisWidth, values, space: 36, incrs: chart.unit === 'ms' ? undefined : wholeSteps })
}

/** @param {Chart} chart @returns {uPlot.Scale} */
export function valueScale(chart) {
  if (!chart.log) return { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] }
  const range = logRange(chart)
  return { distr: 3, range: () => range }
}
