// Whether a body is JSON, told from its bytes without building anything of it. JSON.parse would cost twice as much and leave an object graph to be collected,
// which on the hot path of the intake is more than signature and answer together.

/** Bytes that simply belong to the string they stand in: neither its end, nor an escape, nor a control character. */
const plain = new Uint8Array(256).fill(1).fill(0, 0, 0x20)
const quote = 0x22
const backslash = 0x5c
plain[quote] = 0
plain[backslash] = 0
const space = marked(' \t\n\r')
const escapes = marked('"\\/bfnrt')
const digits = marked('0123456789')
const hexDigits = marked('0123456789abcdefABCDEF')

const comma = 0x2c
const minus = 0x2d
const zero = 0x30
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** Deeper nesting than any order has; beyond it a body counts as malformed, so that no sender decides how deep this recurses. */
const maxDepth = 64

/** Whether the bytes are one JSON value (RFC 8259). That strings are UTF-8 is not looked at. */
export function isWellFormed(bytes: Uint8Array): boolean {
  const end = skipValue(bytes, skip(bytes, 0, space), 0)
  return end > 0 && skip(bytes, end, space) === bytes.length
}

/** Index behind the value that begins at `from`, or -1. */
function skipValue(bytes: Uint8Array, from: number, depth: number): number {
  const first = bytes[from]
  if (first === quote) return skipString(bytes, from)
  if (first === openBrace) return depth === maxDepth ? -1 : skipObject(bytes, from, depth)
  if (first === openBracket) return depth === maxDepth ? -1 : skipArray(bytes, from, depth)
  if (first === minus || digits[first] === 1) return skipNumber(bytes, from)
  if (first === 0x74) return skipWord(bytes, from, 'true')
  if (first === 0x66) return skipWord(bytes, from, 'false')
  return first === 0x6e ? skipWord(bytes, from, 'null') : -1
}

function skipObject(bytes: Uint8Array, from: number, depth: number): number {
  let at = skip(bytes, from + 1, space)
  if (bytes[at] === closeBrace) return at + 1
  for (;;) {
    if (bytes[at] !== quote) return -1
    at = skipString(bytes, at)
    if (at < 0) return -1
    at = skip(bytes, at, space)
    if (bytes[at] !== colon) return -1
    at = skipValue(bytes, skip(bytes, at + 1, space), depth + 1)
    if (at < 0) return -1
    at = skip(bytes, at, space)
    if (bytes[at] === closeBrace) return at + 1
    if (bytes[at] !== comma) return -1
    at = skip(bytes, at + 1, space)
  }
}

function skipArray(bytes: Uint8Array, from: number, depth: number): number {
  let at = skip(bytes, from + 1, space)
  if (bytes[at] === closeBracket) return at + 1
  for (;;) {
    at = skipValue(bytes, at, depth + 1)
    if (at < 0) return -1
    at = skip(bytes, at, space)
    if (bytes[at] === closeBracket) return at + 1
    if (bytes[at] !== comma) return -1
    at = skip(bytes, at + 1, space)
  }
}

function skipString(bytes: Uint8Array, from: number): number {
  let at = from + 1
  for (;;) {
    while (plain[bytes[at]] === 1) at++
    if (bytes[at] === quote) return at + 1
    // A control character, or the end of the body.
    if (bytes[at] !== backslash) return -1
    if (escapes[bytes[at + 1]] === 1) at += 2
    else if (bytes[at + 1] === 0x75 && skip(bytes, at + 2, hexDigits) >= at + 6) at += 6
    else return -1
  }
}

function skipNumber(bytes: Uint8Array, from: number): number {
  const whole = bytes[from] === minus ? from + 1 : from
  let at = skip(bytes, whole, digits)
  if (at === whole || (bytes[whole] === zero && at > whole + 1)) return -1
  if (bytes[at] === 0x2e) {
    const fraction = at + 1
    at = skip(bytes, fraction, digits)
    if (at === fraction) return -1
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const exponent = bytes[at + 1] === 0x2b || bytes[at + 1] === minus ? at + 2 : at + 1
    at = skip(bytes, exponent, digits)
    if (at === exponent) return -1
  }
  return at
}

function skipWord(bytes: Uint8Array, from: number, word: string): number {
  for (let index = 0; index < word.length; index++) if (bytes[from + index] !== word.charCodeAt(index)) return -1
  return from + word.length
}

function skip(bytes: Uint8Array, from: number, these: Uint8Array): number {
  let at = from
  while (these[bytes[at]] === 1) at++
  return at
}

function marked(characters: string): Uint8Array {
  const marks = new Uint8Array(256)
  for (const character of characters) marks[character.charCodeAt(0)] = 1
  return marks
}
