// Faults of destinations and of the platform: how they are asked for, what is refused, and what a server makes of them.
import { describe, expect, test } from 'vitest'
import { Conduct } from '../../harness/destination/conduct.ts'
import { at } from '../../harness/faults/at.ts'
import type { ResolvedFault } from '../../harness/faults/fault.ts'
import { overlapProblems } from '../../harness/faults/overlap.ts'
import { faultKinds } from '../../harness/faults/registry.ts'
import { resolveFaults } from '../../harness/scenario/resolve-faults.ts'
import reference from '../../system/reference.ts'

function problemsOf(faults: Parameters<typeof resolveFaults>[0], repair = false): string[] {
  const problems: string[] = []
  resolveFaults(faults, { system: reference, floodMs: 60_000, links: 'toxiproxy', repair }, problems)
  return problems
}

describe('asking for one', () => {
  test('the platform needs no name, and a destination may be called the first one', () => {
    expect(at('40%').silence().for('10%')).toEqual({ kind: 'silence', target: 'platform', parameters: {}, at: '40%', for: '10%' })
    expect(at('40%').unsubscribe({ share: 0.2 }).for('10%')).toMatchObject({ target: 'platform', parameters: { share: 0.2 } })
    const problems: string[] = []
    const [fault] = resolveFaults([at('10s').fail('destination', { status: 500 }).for('5s')], { system: reference, floodMs: 60_000, links: 'direct', repair: false }, problems)
    expect([fault, problems]).toEqual([{ id: 'fault-1', kind: 'fail', target: 'analytics', parameters: { status: 500 }, atMs: 10_000, forMs: 5_000 }, []])
  })

  test('takes the parameters of its kind only', () => {
    // @ts-expect-error the platform has no name
    at('1s').silence('platform')
    // @ts-expect-error a destination has
    at('1s').fail({ status: 503 })
    // @ts-expect-error slowDown needs a median
    at('1s').slowDown('destination')
  })

  test.each<[string, Parameters<typeof resolveFaults>[0][number], string]>([
    ['a destination that is not there', at('1s').fail('analitics').for('1s'), 'faults[0].target: no destination analitics, did you mean analytics?; there is analytics'],
    ['a link', at('1s').refuse('worker->analytics').for('1s'), 'faults[0].target: found "worker->analytics", must be a destination: this fault is done to what it answers'],
    ['a status that is no failure', at('1s').fail('destination', { status: 404 }).for('1s'), 'faults[0].fail: status: found 404, must be a whole number from 500 to 599'],
    ['a share of nothing', at('1s').duplicate({ share: 0 }).for('1s'), 'faults[0].duplicate: share: found 0, must be a share above 0 and up to 1'],
    ['slower by too little', at('1s').slowDown('destination', { p50: '120ms' }).for('1s'), 'faults[0].slowDown: p50: 120ms is too near to the 100ms that analytics takes anyway; must be at least 300ms'],
    ['a tail below the median', at('1s').slowDown('destination', { p50: '2s', p99: '1s' }).for('1s'), 'faults[0].slowDown: p99: 1s is below the p50 of 2s'],
    ['a wait that would end the run', at('1s').rateLimit('destination', { retryAfter: '5s' }).for('1s'), 'faults[0].rateLimit: retryAfter: 5s is more than half of what reference takes to settle, 9s: a run would be taken to be over while the system waits'],
    ['an Admin API that is closed anyway', at('1s').adminDown().for('1s'), 'faults[0].adminDown: needs repair: true; without it the Admin API is closed for the whole run'],
    ['an answer nobody knows', { ...at('1s').garble('destination').for('1s'), parameters: { answer: 'xml' } }, 'faults[0].garble: answer: found "xml", must be one of page, json, cut'],
  ])('refuses %s', (_, fault, problem) => {
    expect(problemsOf([fault])).toEqual([problem])
  })

  test('the Admin API can be disturbed where reconciliation is part of the claim', () => {
    expect(problemsOf([at('1s').adminDown().for('1s'), at('3s').throttleAdmin({ retryAfter: '2s' }).for('1s')], true)).toEqual([])
  })
})

test('the platform can do two things wrong at once, but none of them twice, and a destination one', () => {
  const fault = (kind: string, target: string, atMs: number): ResolvedFault => ({ id: kind, kind, target, parameters: {}, atMs, forMs: 1_000 })
  expect(overlapProblems([fault('silence', 'platform', 0), fault('rotateSecret', 'platform', 500), fault('adminDown', 'platform', 500)])).toEqual([])
  expect(overlapProblems([fault('silence', 'platform', 0), fault('silence', 'platform', 500)])).toHaveLength(1)
  expect(overlapProblems([fault('adminDown', 'platform', 0), fault('throttleAdmin', 'platform', 500)])).toHaveLength(1)
  expect(overlapProblems([fault('fail', 'analytics', 0), fault('slowDown', 'analytics', 500)])).toHaveLength(1)
  // A failing destination still answers a probe on its way; a port that is closed does not.
  expect(overlapProblems([fault('fail', 'analytics', 0), fault('slow', 'worker->analytics', 500)])).toEqual([])
  expect(overlapProblems([fault('refuse', 'analytics', 0), fault('slow', 'worker->analytics', 500)])).toHaveLength(1)
})

test('every kind of these leaves the watchdog nothing to undo', () => {
  for (const [name, kind] of Object.entries(faultKinds)) {
    if (kind.targets === 'destination' || kind.targets === 'platform') expect([name, kind.undo({} as never, '')]).toEqual([name, []])
  }
})

describe('Conduct', () => {
  const misbehaviour = { answer: { status: 503, headers: {}, body: '' } }

  test('a share of the requests meets it, every probe does, and probes are not counted', () => {
    let drawn = 0
    const conduct = new Conduct({ p50: '0ms' }, () => drawn)
    conduct.set({ ...misbehaviour, share: 0.3 })
    expect(conduct.meet(false).misbehaviour).toBeDefined()
    drawn = 0.3
    expect(conduct.meet(false).misbehaviour).toBeUndefined()
    expect(conduct.meet(true).misbehaviour).toBeDefined()
    expect(conduct.met).toBe(1)
    conduct.set(undefined)
    expect(conduct.meet(true).misbehaviour).toBeUndefined()
  })

  test('so many requests a second are spared', () => {
    const conduct = new Conduct({ p50: '0ms' }, () => 0)
    conduct.set({ ...misbehaviour, sparedPerSecond: 2 })
    expect(Array.from({ length: 4 }, () => conduct.meet(false).misbehaviour !== undefined)).toEqual([false, false, true, true])
  })

  test('a slow one is late by its own distribution, and only who meets it', () => {
    const conduct = new Conduct({ p50: '10ms' }, () => 0.5)
    conduct.set({ latency: { p50: '2s', p99: '5s' }, share: 0.4 })
    expect(conduct.meet(true).delayMs).toBe(2_000)
    expect(conduct.meet(false).delayMs).toBe(10)
  })
})
