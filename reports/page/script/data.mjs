/**
 * First part of the script that runs in the report's page: the data block, and its numbers as text. The parts are inlined one after
 * the other into one script (html.ts), so they are plain JavaScript, no name is used twice, and nothing is needed but uPlot. `tsc -p reports/page/script` checks their types.
 *
 * @typedef {{ key: string, label: string, colour: string, area: boolean }} Line
 * @typedef {{ id: string, title: string, unit: string, log: boolean, lines: Line[] }} Chart
 * @typedef {{ number: number, label: string, fromSecond: number, toSecond: number }} Band
 * @typedef {{ spanSeconds: number, second: number[], values: Record<string, (number | null)[]>, floodSeconds: number, bands: Band[], charts: Chart[] }} Data
 */

/** @type {Data} */
export const data = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('data')).textContent || '')
export const rows = data.second.length
export const endSecond = rows === 0 ? 0 : data.second[rows - 1] + data.spanSeconds

/** A colour of page.css, which a canvas cannot look up by itself. @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

/** @param {number} value */
function short(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}

/** @param {number} value @param {string} unit */
export function text(value, unit) {
  if (unit !== 'ms') return short(value)
  return value < 1000 ? `${short(value)} ms` : `${short(value / 1000)} s`
}

/** @param {number} second */
export function clock(second) {
  const whole = Math.round(second)
  if (endSecond <= 180) return `${Number(second.toFixed(2))} s`
  const minutes = `${Math.floor((whole % 3600) / 60)}:${String(whole % 60).padStart(2, '0')}`
  return whole < 3600 ? minutes : `${Math.floor(whole / 3600)}:${minutes.padStart(5, '0')}`
}
