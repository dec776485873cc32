import { describe, expect, test } from 'vitest'
import type { Environment, Link } from '../../harness/environment/environment.ts'
import { at } from '../../harness/faults/at.ts'
import { within } from '../../harness/faults/deadline.ts'
import type { ResolvedFault } from '../../harness/faults/fault.ts'
import { meetsTraffic, watchTraffic } from '../../harness/faults/observe.ts'
import { overlapProblems } from '../../harness/faults/overlap.ts'
import { faultKinds } from '../../harness/faults/registry.ts'

describe('the builder', () => {
  test('gives a request as data for every kind in the registry', () => {
    expect(at('40%').kill('buffer').for('30%')).toEqual({ kind: 'kill', target: 'buffer', parameters: {}, at: '40%', for: '30%' })
    expect(at('5s').slow('worker->store', { latency: '300ms', jitter: '50ms' }).for('2s')).toEqual({ kind: 'slow', target: 'worker->store', parameters: { latency: '300ms', jitter: '50ms' }, at: '5s', for: '2s' })
    expect(Object.keys(at('1s'))).toEqual(Object.keys(faultKinds))
  })

  test('knows which kinds take parameters', () => {
    // @ts-expect-error slow needs a latency
    const withoutLatency = at('1s').slow('a->b').for('1s')
    expect(faultKinds.slow.problems(withoutLatency.parameters)).toEqual(['latency: missing; say 300ms'])
    // @ts-expect-error cut takes none
    const cutWithParameters = at('1s').cut('a->b', { latency: '1s' }).for('1s')
    expect(faultKinds.cut.problems(cutWithParameters.parameters)).toEqual(['latency: cut takes no parameters'])
  })
})

describe('parameters of slow', () => {
  test.each([
    [{ latency: '300ms' }, []],
    [{ latency: '300ms', jitter: '300ms' }, []],
    [{ latency: '300 parsecs' }, ['latency: "300 parsecs" is not a duration; say 300ms']],
    [{ latency: 300 }, ['latency: 300 is not a duration; say 300ms']],
    [{ latency: '0ms' }, ['latency: 0 ms is outside 1 ms to 60000 ms']],
    [{ latency: '1h' }, ['latency: 3600000 ms is outside 1 ms to 60000 ms']],
    [{ latency: '10ms', jitter: '20ms' }, ['jitter: 20 ms is more than the latency of 10 ms']],
    [{ latency: '10ms', toxicity: '1s' }, ['toxicity: slow takes latency and jitter']],
  ])('%o', (parameters, problems) => {
    expect(faultKinds.slow.problems(parameters as Record<string, string>)).toEqual(problems)
  })
})

describe('overlaps', () => {
  const fault = (kind: string, target: string, atMs: number, forMs: number): ResolvedFault => ({ id: `${kind}-${atMs}`, kind, target, parameters: {}, atMs, forMs })

  test('faults on different targets may overlap, and faults on one target may touch', () => {
    expect(overlapProblems([fault('kill', 'queue', 0, 1_000), fault('pause', 'worker', 500, 1_000), fault('kill', 'queue', 1_000, 1_000)])).toEqual([])
  })

  test('faults on one target may not overlap, whatever their order in the scenario', () => {
    const problems = ['faults: pause queue (at 0.5 s) begins while kill queue (at 0 s) is still in force; faults on one target must follow each other']
    expect(overlapProblems([fault('kill', 'queue', 0, 1_000), fault('pause', 'queue', 500, 1_000)])).toEqual(problems)
    expect(overlapProblems([fault('pause', 'queue', 500, 1_000), fault('kill', 'queue', 0, 1_000)])).toEqual(problems)
  })

  test('a link cannot be cut while its far end is away, and can be before', () => {
    expect(overlapProblems([fault('kill', 'queue', 0, 1_000), fault('cut', 'intake->queue', 500, 1_000)])).toHaveLength(1)
    expect(overlapProblems([fault('cut', 'intake->queue', 0, 1_000), fault('kill', 'queue', 500, 1_000)])).toEqual([])
  })
})

describe('traffic', () => {
  const links = new Map(['platform->ingest', 'ingest->queue', 'reconciler->platform'].map(name => [name, { name, from: name.split('->')[0], to: name.split('->')[1] } as Link]))
  const environment = { links } as unknown as Environment

  test.each([['platform->ingest', true], ['ingest', true], ['ingest->queue', false], ['queue', false], ['reconciler->platform', false], ['platform', false]])('%s meets the platform\'s attempts: %s', (target, meets) => {
    expect(meetsTraffic(environment, target)).toBe(meets)
  })

  test('attempts that begin to fail with the fault are its effect', () => {
    const counters = { refused: 2, indeterminate: 1 }
    const watch = watchTraffic(() => ({ ...counters }))
    watch.begin()
    expect(watch.look()).toBeUndefined()
    counters.indeterminate += 3
    expect(watch.look()).toEqual({ by: 'traffic', evidence: 'attempts failed: 0 refused, 3 indeterminate, none shortly before' })
  })

  test('attempts that failed before prove nothing', () => {
    const counters = { refused: 0, indeterminate: 0 }
    const watch = watchTraffic(() => ({ ...counters }))
    counters.refused += 1
    watch.begin()
    counters.refused += 10
    expect(watch.look()).toBeUndefined()
  })
})

test('a deadline names what was late, and a failure after it goes unnoticed', async () => {
  const late = new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error('too late to matter')), 30))
  await expect(within('healing', 10, late)).rejects.toThrow('healing: not within 10 ms')
  await expect(within('healing', 1_000, Promise.resolve('done'))).resolves.toBe('done')
  await late.catch(() => {})
})
