import { describe, expect, test } from 'vitest'
import type { FaultParameters, ResolvedFault } from '../../harness/faults/fault.ts'
import { overlapProblems } from '../../harness/faults/overlap.ts'

function fault(kind: string, target: string, atMs: number, forMs: number, parameters: FaultParameters = {}): ResolvedFault {
  return { id: `${kind}-${atMs}`, kind, target, parameters, atMs, forMs }
}

const slow = fault('slow', 'intake->queue', 0, 9_000, { latency: '100ms' })
const silent = 'nothing would answer as it did before, to see its effect by'

test('faults on different targets may overlap, and faults on one target may touch', () => {
  expect(overlapProblems([fault('kill', 'queue', 0, 1_000), fault('pause', 'worker', 500, 1_000), fault('kill', 'queue', 1_000, 1_000)])).toEqual([])
})

test('faults on one component may not overlap, whatever their order in the scenario', () => {
  const problems = ['faults: pause queue (at 0.5 s) begins while kill queue (at 0 s) is in force: faults on one target must follow each other']
  expect(overlapProblems([fault('kill', 'queue', 0, 1_000), fault('pause', 'queue', 500, 1_000)])).toEqual(problems)
  expect(overlapProblems([fault('pause', 'queue', 500, 1_000), fault('kill', 'queue', 0, 1_000)])).toEqual(problems)
})

describe('on one link', () => {
  test.each([
    ['throttle', { rate: '64KB/s' }],
    ['slowClose', { delay: '100ms' }],
    ['cut', {}],
    ['blackhole', {}],
    ['reset', {}],
    ['flap', { period: '1s' }],
    ['cutAfter', { bytes: 100 }],
  ])('%s may come while it is slow', (kind, parameters) => {
    expect(overlapProblems([slow, fault(kind, 'intake->queue', 2_000, 2_000, parameters)])).toEqual([])
  })

  test.each([
    ['cut', {}],
    ['blackhole', {}],
    ['reset', {}],
    ['flap', { period: '1s' }],
    ['cutAfter', { bytes: 1_000_000 }],
    ['slow', { latency: '250ms', jitter: '100ms' }],
    ['slow', { latency: '200ms', direction: 'both' }],
    ['throttle', { rate: '2KB/s' }],
    ['slice', { size: 10, delay: '10ms' }],
    // The rest meet it by chance, and Toxiproxy would draw its connections anew.
    ['slowClose', { delay: '100ms', share: 0.5, direction: 'up' }],
  ])('nothing may come while %s %o keeps probes from an answer', (kind, parameters) => {
    const second = { ...fault('slow', 'intake->queue', 5_000, 2_000, { latency: '100ms' }), ...(kind === 'slow' ? { kind: 'slowClose', parameters: { delay: '100ms' } } : {}) }
    expect(overlapProblems([fault(kind, 'intake->queue', 0, 9_000, parameters), second])).toEqual([expect.stringContaining(silent)])
  })

  test('two of a kind, or of kinds that look the same, may not', () => {
    const told = [expect.stringContaining('could not be told apart')]
    expect(overlapProblems([slow, { ...slow, id: 'again', atMs: 2_000 }])).toEqual(told)
    expect(overlapProblems([fault('throttle', 'a->b', 0, 9_000, { rate: '64KB/s' }), fault('slice', 'a->b', 2_000, 9_000, { size: 100, delay: '1ms' })])).toEqual(told)
  })

  test('what silences it may not come before the first was seen', () => {
    const problems = ['faults: cut intake->queue (at 0.5 s) begins while slow intake->queue (at 0 s) is in force: the effect of the first may take 1 s to be seen, and nothing would answer any more']
    expect(overlapProblems([slow, fault('cut', 'intake->queue', 500, 1_000)])).toEqual(problems)
    expect(overlapProblems([slow, fault('throttle', 'intake->queue', 500, 1_000, { rate: '64KB/s' })])).toEqual([])
  })
})

describe('on a link and its far end', () => {
  test('a link cannot be harmed while its far end is away, and can be before', () => {
    expect(overlapProblems([fault('kill', 'queue', 0, 1_000), fault('cut', 'intake->queue', 500, 1_000)])).toEqual([expect.stringContaining(silent)])
    expect(overlapProblems([fault('cut', 'intake->queue', 0, 2_000), fault('kill', 'queue', 1_500, 1_000)])).toEqual([])
    expect(overlapProblems([fault('cut', 'intake->queue', 0, 2_000), fault('kill', 'queue', 500, 1_000)])).toHaveLength(1)
  })

  test('its near end may come and go', () => {
    expect(overlapProblems([fault('kill', 'intake', 0, 2_000), slow, fault('cut', 'intake->queue', 1_500, 1_000)])).toEqual([])
  })
})
