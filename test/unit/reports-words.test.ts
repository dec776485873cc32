import { describe, expect, it } from 'vitest'
import { formatBytes, formatInstant, formatMs, formatShare, plainText } from '../../reports/format.ts'
import { outageMs, outagePhrase } from '../../reports/outage.ts'
import type { RunRecord } from '../../reports/record.ts'
import { verdictSentence } from '../../reports/sentence.ts'
import { storiesWorstFirst, storyLine, worstStory } from '../../reports/story.ts'
import { worstFirst } from '../../reports/verdict.ts'
import { brokenRecord, passedRecord, recordWithVerdict } from '../fixtures/record.ts'

describe('numbers', () => {
  it.each([[0, '0 ms'], [0.4234, '0.423 ms'], [999.4, '999 ms'], [999.6, '1 s'], [2_314, '2.31 s'], [75_000, '75 s'], [120_000, '2 min'], [131_400, '2 min 11 s'], [18_000_000, '5 h'], [273_600_000, '3 d 4 h'], [-4_900, '−4.9 s'], [null, '–']])('%s ms reads %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text)
  })

  it('never shows a share as better than it is', () => {
    expect(formatShare(1)).toBe('100 %')
    expect(formatShare(0.9999)).toBe('99.99 %')
    expect(formatShare(999_999 / 1_000_000)).toBe('99.9999 %')
    expect(formatShare(9_999_999 / 10_000_000)).toBe('99.9999 %')
    expect(formatShare(0.99989999)).toBe('99.9899 %')
  })

  it('shows instants so that two ends of an attempt differ, and bytes in powers of ten', () => {
    expect(formatInstant(-40)).toBe('−0.04 s')
    expect(formatInstant(31_204)).toBe('31.20 s')
    expect(formatBytes(0)).toBe('0 B')
    expect(formatBytes(52_400_000)).toBe('52.4 MB')
  })

  it('takes what moves a cursor or is no XML out of text', () => {
    expect(plainText('a\u0000b\u001b[31mc\u0007\r\nd\ud800e\uffff\u2028f\tg')).toBe('abc\nd\ufffde\nf\tg')
    expect(plainText('an emoji 🛒 stays')).toBe('an emoji 🛒 stays')
  })
})

describe('the sentence', () => {
  it('says what an outage meant for orders', () => {
    expect(verdictSentence(passedRecord())).toBe('With queue killed for 22.4 s, 13,440 of 36,000 orders came late, the last after 24.6 s; none was lost.')
    expect(verdictSentence(brokenRecord())).toBe('With ingest killed for 22.4 s, 1,204 of 36,000 orders were lost: accepted with a 2xx and never delivered; 107 orders took effect more than once.')
  })

  it.each([
    ['cut', {}, 'cut'],
    ['slow', { latency: '300ms' }, 'slowed by 300ms'],
    ['slow', { latency: '300ms', jitter: '50ms', direction: 'up', share: 0.3 }, 'slowed by 300ms ± 50ms upstream on 30 % of the connections'],
    ['throttle', { rate: '64KB/s', direction: 'both' }, 'throttled to 64KB/s'],
    ['blackhole', { direction: 'down' }, 'black-holed downstream'],
    ['reset', {}, 'reset'],
    ['slowClose', { delay: '2s' }, 'closing 2s late'],
    ['slice', { size: 64, delay: '10ms' }, 'sliced into 64 bytes every 10ms'],
    ['cutAfter', { bytes: 1_500 }, 'cut after every 1500 bytes'],
    ['flap', { period: '2s' }, 'flapping every 2s'],
    ['never heard of', {}, 'under "never heard of"'],
  ])('says what %s %o did', (kind, parameters: Record<string, string | number>, words) => {
    const record = passedRecord()
    record.faults = [{ ...record.faults[0], kind, target: 'worker->store', parameters }]
    expect(outagePhrase(record)).toBe(`With worker->store ${words} for 22.4 s`)
    record.faults = [record.faults[0], { ...record.faults[0], id: 'fault-1.2', installedAt: 60_000, healedAt: 61_000 }]
    expect(outagePhrase(record)).toBe(`With worker->store ${words} 2 times (23.4 s in all)`)
  })

  it('speaks without a fault, of one order, and of webhooks where an order has several', () => {
    const quiet: RunRecord = { ...passedRecord(), faults: [] }
    quiet.counts.late = 0
    expect(verdictSentence(quiet)).toBe('All 36,000 orders arrived, none of them late; none was lost.')
    quiet.plan.events = 72_000
    expect(verdictSentence(quiet)).toContain('webhooks arrived')
    const one = brokenRecord()
    one.counts = { ...one.counts, lost: 1, duplicated: 0, phantom: 1 }
    expect(verdictSentence(one)).toContain('1 of 36,000 orders was lost: accepted with a 2xx and never delivered; 1 delivery arrived that nobody sent.')
  })

  it('names the check that decided', () => {
    expect(verdictSentence(recordWithVerdict('missed'))).toContain('no order was lost, but recovery failed (fault-1: 31.2 s)')
    expect(verdictSentence(recordWithVerdict('unknown'))).toContain('too little for a verdict: throughput cannot say (3,600 of 3,600: too few to claim 99.99 %)')
    expect(verdictSentence(recordWithVerdict('invalid'))).toMatch(/^This run says nothing about the pipeline.*generatorKeptUp is invalid \(send lag p99 212 ms\)\.$/)
  })

  it('never says that none was lost where some were', () => {
    const planted = passedRecord()
    planted.counts.lost = 3
    planted.counts.missed = 1
    expect(verdictSentence(planted)).toMatch(/3 orders were lost; 1 order never got in\.$/)
    expect(verdictSentence(planted)).not.toContain('none was lost')
    const missed = recordWithVerdict('missed')
    missed.counts.missed = 41
    expect(verdictSentence(missed)).toContain('41 orders never got in')
  })
})

describe('outages', () => {
  const fault = passedRecord().faults[0]

  it('count overlapping windows once and one without an end to the end of the run', () => {
    const windows = [{ ...fault, installedAt: 10, healedAt: 30 }, { ...fault, installedAt: 20, healedAt: 40 }, { ...fault, installedAt: 22, healedAt: 25 }, { ...fault, installedAt: 90, healedAt: null }, { ...fault, installedAt: null, healedAt: null }]
    expect(outageMs(windows, 100)).toBe(40)
  })

  it('are told by kind and number', () => {
    const two = { ...passedRecord(), faults: [fault, { ...fault, id: 'fault-2', installedAt: 60_000, healedAt: 61_000 }] }
    expect(outagePhrase(two)).toBe('With queue killed 2 times (23.4 s in all)')
    two.faults[1] = { ...two.faults[1], kind: 'slow' }
    expect(outagePhrase(two)).toBe('Through 2 faults (23.4 s in all)')
    expect(outagePhrase({ ...two, faults: [{ ...fault, kind: 'drop-tables' }] })).toContain('queue under "drop-tables"')
  })
})

describe('order', () => {
  it('of checks is the order in which they weigh', () => {
    const check = passedRecord().checks[0]
    const mixed = [{ ...check, name: 'pass' }, { ...check, name: 'unknown', verdict: 'unknown' as const }, { ...check, name: 'objective', invariant: false, verdict: 'fail' as const }, { ...check, name: 'invalid', verdict: 'invalid' as const }, { ...check, name: 'invariant', verdict: 'fail' as const }]
    expect(worstFirst(mixed).map(({ name }) => name)).toEqual(['invariant', 'invalid', 'objective', 'unknown', 'pass'])
  })

  it('of stories puts loss first, also where a story has several reasons', () => {
    const record = brokenRecord()
    record.stories = [...record.stories].reverse()
    expect(storiesWorstFirst(record).map(({ why }) => why)).toEqual(['lost', 'duplicated', 'latest'])
    record.stories[0] = { ...record.stories[0], why: 'missed, latest' }
    record.stories[1] = { ...record.stories[1], why: 'latest, lost' }
    expect(worstStory(record)!.why).toBe('latest, lost')
  })

  it('of one story ends with what arrived', () => {
    expect(storyLine(worstStory(brokenRecord())!)).toBe('order 5870130017655 of hemlock-7.myshopify.com (lost): accepted at 29.44 s (status 200, attempt 1), never arrived at analytics')
    const [, duplicated] = storiesWorstFirst(brokenRecord())
    expect(storyLine(duplicated)).toContain('23.3 s after it was due, 2 arrivals and 2 effects')
    expect(storyLine({ ...duplicated, attempts: [] })).toContain('never sent')
    expect(storyLine({ ...duplicated, attempts: duplicated.attempts.slice(0, 1) })).toContain('never accepted in 1 attempt')
  })
})
