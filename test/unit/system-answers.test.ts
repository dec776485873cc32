// What the worker takes a destination's answer for.
import { expect, test } from 'vitest'
import { readAnswer } from '../../system/worker/answer.ts'

const read = (status: number, body: string, headers = {}, items = 3) => readAnswer({ status, headers, body }, items)

test('success is what says so', () => {
  const answer = read(200, '{"success":true}')
  expect(answer.kind === 'taken' && [0, 1, 2].map(answer.taken)).toEqual([true, true, true])
})

test.each([[200, '{}'], [200, ''], [200, '<!doctype html>'], [202, '{"success":false}'], [200, 'true'], [204, ''], [302, ''], [500, '{"success":true}'], [401, '{}']])('%d %j settles nothing', (status, body) => {
  expect(() => read(status, body)).toThrow(`answered ${status}`)
})

test.each([400, 413, 422])('%d is for ever', status => {
  expect(read(status, '')).toEqual({ kind: 'refused' })
})

test('a 207 speaks of each item, and what it does not name was not taken', () => {
  const taken = (results: unknown): boolean[] => {
    const answer = read(207, JSON.stringify({ results }))
    return answer.kind === 'taken' ? [0, 1, 2].map(answer.taken) : []
  }
  expect(taken([{ index: 0, status: 200 }, { index: 1, status: 503 }, { index: 2, status: 201 }])).toEqual([true, false, true])
  expect(taken([{ index: 2, status: 200 }, { index: 7, status: 200 }, { index: '1', status: 200 }, null])).toEqual([false, false, true])
  expect(taken('all of them')).toEqual([false, false, false])
})

test('Retry-After is seconds or a date; without one a 503 is like any failure', () => {
  expect(read(429, '', { 'retry-after': '2' })).toEqual({ kind: 'hold', forMs: 2_000 })
  const dated = read(503, '', { 'retry-after': new Date(Date.now() + 5_000).toUTCString() })
  expect(dated.kind === 'hold' && Math.abs(dated.forMs - 5_000)).toBeLessThan(2_000)
  expect(read(429, '', { 'retry-after': new Date(0).toUTCString() })).toEqual({ kind: 'hold', forMs: 0 })
  expect(() => read(503, '', { 'retry-after': 'soon' })).toThrow('answered 503')
  expect(() => read(429, '')).toThrow('answered 429')
})
