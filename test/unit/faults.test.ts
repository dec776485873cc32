import { describe, expect, test } from 'vitest'
import type { Environment, Link } from '../../harness/environment/environment.ts'
import { at, during } from '../../harness/faults/at.ts'
import { within } from '../../harness/faults/deadline.ts'
import { meetsTraffic, watchTraffic } from '../../harness/faults/observe.ts'
import { faultKinds } from '../../harness/faults/registry.ts'

describe('the builder', () => {
  test('gives a request as data for every kind in the registry', () => {
    expect(at('40%').kill('buffer').for('30%')).toEqual({ kind: 'kill', target: 'buffer', parameters: {}, at: '40%', for: '30%' })
    expect(at('5s').slow('worker->store', { latency: '300ms', jitter: '50ms' }).for('2s')).toEqual({ kind: 'slow', target: 'worker->store', parameters: { latency: '300ms', jitter: '50ms' }, at: '5s', for: '2s' })
    expect(Object.keys(at('1s'))).toEqual([...Object.keys(faultKinds), 'every'])
    expect(Object.keys(during('1s', '2s'))).toEqual(Object.keys(faultKinds))
  })

  test('says when else: again and again, so many times, or from here to there', () => {
    expect(at('20%').every('10%').kill('worker').for('2%')).toEqual({ kind: 'kill', target: 'worker', parameters: {}, at: '20%', every: '10%', for: '2%' })
    expect(at('20%').every('5s').times(3).slow('a->b', { latency: '1s' }).for('2s')).toEqual({ kind: 'slow', target: 'a->b', parameters: { latency: '1s' }, at: '20%', every: '5s', times: 3, for: '2s' })
    expect(during('10s', '60%').blackhole('a->b')).toEqual({ kind: 'blackhole', target: 'a->b', parameters: {}, at: '10s', until: '60%' })
  })

  test('knows which kinds take parameters', () => {
    // @ts-expect-error slow needs a latency
    const withoutLatency = at('1s').slow('a->b').for('1s')
    expect(faultKinds.slow.problems(withoutLatency.parameters)).toEqual(['latency: found nothing, must be a duration from 1ms to 60s'])
    // @ts-expect-error cut takes none
    const cutWithParameters = at('1s').cut('a->b', { latency: '1s' }).for('1s')
    expect(faultKinds.cut.problems(cutWithParameters.parameters)).toEqual(['latency: cut takes no parameters'])
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
