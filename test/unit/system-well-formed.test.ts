import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWellFormed } from '../../system/ingest/well-formed.ts'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('says what JSON.parse says of any value, however it is spaced', () => {
  fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', ' \r\n'), (value, space) => {
    expect(isWellFormed(Buffer.from(JSON.stringify(value, null, space)))).toBe(true)
  }))
})

test('says what JSON.parse says of a value with a byte changed, left out or doubled', () => {
  const pieces = fc.constantFrom(...'{}[]",:\\0123456789.eE+-tfnu \n\u0001')
  fc.assert(fc.property(fc.jsonValue(), fc.nat(), pieces, fc.nat(2), (value, place, piece, how) => {
    const text = JSON.stringify(value).replace(/[^\x20-\x7e]/g, '?')
    const at = place % text.length
    const changed = text.slice(0, at) + ['', piece, piece + text[at]][how] + text.slice(at + 1)
    expect(isWellFormed(Buffer.from(changed)), changed).toBe(parses(changed))
  }), { numRuns: 5_000 })
})

test.for(['', ' ', '{', '{"a"}', '{"a":1,}', '{,}', '[1,]', '01', '-', '1.', '.5', '1e', '+1', 'nul', '"\\x"', '"\\u12g4"', '"\\u123', '"a\nb"', '{}{}', `${'['.repeat(100)}${']'.repeat(100)}`])('%j is malformed', text => {
  expect(isWellFormed(Buffer.from(text))).toBe(false)
})

test.for(['"\\u0041b"', '"\\\\"', '-0', '0.5e-3', '1E+2', ' null ', '[[],{}]'])('%j is well-formed', text => {
  expect(isWellFormed(Buffer.from(text))).toBe(true)
})
