/** How numbers and times read in every report: few digits, the unit beside them, and never rounded into something nicer than what was seen. */
import { stripVTControlCharacters } from 'node:util'

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `30,000`. */
export function formatCount(count: number): string {
  return grouped.format(count)
}

/** `1 order`, `9,812 orders`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Three significant digits and no exponent. */
export function threeDigits(value: number): string {
  return Math.abs(value) >= 100 ? formatCount(value) : String(Number(value.toPrecision(3)))
}

/** A length of time of any size: `0.42 ms`, `142 ms`, `2.31 s`, `1 min 15 s`, `2 h 5 min`, `3 d 4 h`. Null, for "never" or "nothing to measure", is a dash. */
export function formatMs(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 0) return `−${formatMs(-ms)}`
  if (ms < 999.5) return `${threeDigits(ms)} ms`
  if (ms < 119_500) return `${threeDigits(ms / 1_000)} s`
  if (ms < 7_200_000) return twoUnits(Math.round(ms / 1_000), 60, 'min', 's')
  if (ms < 172_800_000) return twoUnits(Math.round(ms / 60_000), 60, 'h', 'min')
  return twoUnits(Math.round(ms / 3_600_000), 24, 'd', 'h')
}

function twoUnits(small: number, ratio: number, large: string, unit: string): string {
  return small % ratio === 0 ? `${small / ratio} ${large}` : `${Math.floor(small / ratio)} ${large} ${small % ratio} ${unit}`
}

/** An instant of the run, from ms since the flood began: `31.20 s`, so that two instants of one attempt can be told apart. */
export function formatInstant(ms: number | null): string {
  if (ms === null) return '–'
  return `${ms < 0 ? '−' : ''}${(Math.abs(ms) / 1_000).toFixed(2)} s`
}

/**
 * A share as a percentage, rounded down: what is short of everything never reads 100 %, and what is short of four nines never reads 99.99 %.
 * The hundredth of a millionth takes up the error of binary fractions, so that 0.9999 reads 99.99 %.
 */
export function formatShare(share: number): string {
  return `${Math.floor(share * 1e6 + 1e-4) / 1e4} %`
}

/** `52 MB`, in powers of ten. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${threeDigits(bytes / 1_000 ** power)} ${units[power]}`
}

/**
 * Text of the record for a terminal or an XML file: without escape sequences and the control characters that would move a cursor or are not XML,
 * and without halves of surrogate pairs. Order ids and log lines come from the system under test and may hold anything.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).toWellFormed().replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(/(?![\t\n])[\p{Cc}\ufffe\uffff]/gu, '')
}
