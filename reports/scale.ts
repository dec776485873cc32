/** How the load was scaled, in words: a number of webhooks says little to a reader who takes a minute for a day. */
import { formatCount, formatMs, threeDigits } from './format.ts'
import type { RunRecord } from './record.ts'

type Scale = RunRecord['plan']['scales'][number]

/** A shape may have thousands of parts. */
const scalesShown = 4

/** `replay: 24 h at 1/1,440 of its time and 0.1 × its rate`, a part of the load each; undefined where all of it is as it was. */
export function scalesText(scales: readonly Scale[]): string | undefined {
  const texts = [...new Set(scales.filter(isScaled).map(scaleText))]
  if (texts.length === 0) return undefined
  const untold = texts.length - scalesShown
  return [...texts.slice(0, scalesShown), ...(untold > 0 ? [`${formatCount(untold)} more`] : [])].join('; ')
}

function isScaled({ time, rate }: Scale): boolean {
  return time !== 1 || rate !== 1
}

function scaleText({ shape, lengthMs, time, rate }: Scale): string {
  const ofTime = time > 1 ? `1/${threeDigits(time)} of its time` : `${threeDigits(1 / time)} × its time`
  const factors = [...(time === 1 ? [] : [ofTime]), ...(rate === 1 ? [] : [`${threeDigits(rate)} × its rate`])]
  return `${shape}: ${formatMs(lengthMs)} at ${factors.join(' and ')}`
}
