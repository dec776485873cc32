/** Faults as shaded bands through every chart, named above the first; the end of the flood as a dashed line. */
import { data, endSecond } from './data.mjs'
/** @import { Band } from './data.mjs' */

const labelHeight = 18

/** Lines of fault labels: two where faults overlap in time. */
const lanes = data.bands.some((band, index) => data.bands.slice(0, index).some(earlier => earlier.toSecond > band.fromSecond)) ? 2 : 1

/** Adds them to a chart and returns what puts them in place, to be called whenever the scale has changed. @param {uPlot} plot @param {boolean} labelled */
export function addBands(plot, labelled) {
  const bands = data.bands.map(band => {
    const shade = document.createElement('div')
    shade.className = 'band'
    plot.over.append(shade)
    const label = document.createElement('div')
    label.className = 'band-label'
    label.title = `${band.number}: ${band.label}`
    if (labelled) plot.root.append(label)
    return { band, shade, label }
  })
  const end = document.createElement('div')
  end.className = 'flood-end'
  if (data.floodSeconds < endSecond) plot.over.append(end)
  return () => {
    end.style.left = `${plot.valToPos(data.floodSeconds, 'x')}px`
    for (const { band, shade } of bands) {
      shade.style.left = `${plot.valToPos(band.fromSecond, 'x')}px`
      shade.style.width = `${Math.max(2, plot.valToPos(band.toSecond, 'x') - plot.valToPos(band.fromSecond, 'x'))}px`
    }
    if (labelled) placeLabels(plot, bands)
  }
}

/** Full words where they fit before the next fault, else the fault's number, else nothing. @param {uPlot} plot @param {{ band: Band, label: HTMLElement }[]} bands */
function placeLabels(plot, bands) {
  const width = plot.over.clientWidth
  const taken = Array.from({ length: lanes }, () => 0)
  bands.forEach(({ band, label }, index) => {
    const left = Math.max(0, plot.valToPos(band.fromSecond, 'x'))
    const next = bands[index + 1]
    const room = Math.min(width, next === undefined ? width : Math.max(plot.valToPos(next.band.fromSecond, 'x'), left)) - left
    const full = `${band.number} ${band.label}`
    const words = full.length * 6.6 + 10 <= room || (next !== undefined && next.band.fromSecond < band.toSecond)
    const lane = taken.findIndex(right => right <= left)
    label.hidden = lane < 0 || left >= width || plot.valToPos(band.toSecond, 'x') < 0
    if (label.hidden) return
    label.textContent = words ? full : String(band.number)
    label.style.left = `${plot.over.offsetLeft + Math.min(left, width - 16)}px`
    label.style.top = `${(lanes - 1 - lane) * labelHeight}px`
    taken[lane] = left + (words ? full.length * 6.6 + 10 : 18)
  })
}

/** Room above the first chart for the labels, in pixels. */
export const labelsHeight = data.bands.length > 0 ? labelHeight * lanes : 0
