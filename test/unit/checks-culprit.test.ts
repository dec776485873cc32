// Who is named when planned events were late or left out.
import { describe, expect, test } from 'vitest'

import { judge } from '../../harness/checks/judge.ts'
import { ticksPerMs } from '../../harness/history/history.ts'
import type { Behind } from '../../harness/load/engine.ts'
import { makeRun, type MadeRun } from './checks-made-run.ts'

const idle: Behind = { ms: 0, cpuMs: 0, waitedForCoreMs: 0, stolenMs: 0, withoutSocketMs: 0, socketMs: 0, attempts: 0 }

/** A run of 100 webhooks a second with every send 60 ms late, by one thread or two that were behind so. */
function lateRun(...behind: Partial<Behind>[]): MadeRun {
  const run = makeRun()
  const { history, plan, sender } = run
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) history.firstSent[event] += 60 * ticksPerMs
  const events = behind.length === 1 ? [1_010] : [707, 303]
  const threads = behind.map((each, index) => ({ name: behind.length === 1 ? 'the sender' : `sender ${index + 1}`, events: events[index], maxSockets: 64, behind: { ...idle, ...each } }))
  Object.assign(sender, { threads })
  return run
}

function kept(run: MadeRun): { verdict: string; observed: string; evidence: string[] } {
  const { verdict, observed, evidence } = judge(run, []).record.checks.find(({ name }) => name === 'generatorKeptUp')!
  return { verdict, observed, evidence }
}

describe('the culprit of a generator that did not keep up', () => {
  test('is the plan where the thread used a whole core', () => {
    const { verdict, observed, evidence } = kept(lateRun({ ms: 4_000, cpuMs: 3_880, waitedForCoreMs: 100, withoutSocketMs: 3_000, socketMs: 1, attempts: 120_000 }))
    expect(verdict).toBe('invalid')
    expect(observed).toBe('send lag p99 61 ms, limit 50 ms; the culprit is the plan, whose rate is beyond one thread: the sender used 97 % of a core in the 4 s it was behind and began 30,000 attempts a second; the plan has up to 100 webhooks a second')
    expect(evidence).toEqual(['what to do: raise load.senders if there are cores to spare, or lower the rate'])
  })

  test('is sockets where all of them were in use, with how long each was held', () => {
    const { observed, evidence } = kept(lateRun({ ms: 8_000, cpuMs: 400, waitedForCoreMs: 200, withoutSocketMs: 7_500, socketMs: 64 * 8_000, attempts: 640 }))
    expect(observed).toContain('the culprit is sockets: the sender had 64 of 64 in use in the 8 s it was behind, and an attempt held one for 800 ms: 64 / 800 ms = 80 attempts a second; the plan has up to 100 webhooks a second')
    expect(evidence).toEqual(['what to do: the sender needs 80 sockets at that rate, and what retries hold besides: raise load.maxSockets, or see why the intake takes 800 ms to answer'])
  })

  test('is sockets that no answer ever freed', () => {
    expect(kept(lateRun({ ms: 2_000, withoutSocketMs: 2_000, socketMs: 128_000 })).observed).toContain('an attempt held one for 2 s and more: 64 / 2 s = 32 attempts a second')
  })

  test('is CPU where the thread was ready to run and had no core, whatever its sockets', () => {
    const { observed, evidence } = kept(lateRun({ ms: 3_000, cpuMs: 600, waitedForCoreMs: 2_100, withoutSocketMs: 3_000, socketMs: 1, attempts: 10 }))
    expect(observed).toContain('the culprit is CPU, which the generator did not get: the sender used 20 % of a core in the 3 s it was behind, and was ready to run and had none for 70 % of that time')
    expect(evidence).toEqual([expect.stringContaining('leave the generator a core')])
  })

  test('is the hypervisor where it took a part of the machine meanwhile', () => {
    const { observed, evidence } = kept(lateRun({ ms: 2_000, cpuMs: 500, waitedForCoreMs: 700, stolenMs: 240 }))
    expect(observed).toContain('had none for 35 % of that time; the hypervisor gave 12 % of this machine to other guests meanwhile')
    expect(evidence).toEqual(['what to do: run it again when the host is quiet, or on a machine whose cores are its own'])
    expect(kept(lateRun({ ms: 2_000, cpuMs: 500, waitedForCoreMs: 700, stolenMs: 40 })).observed).not.toContain('hypervisor')
  })

  test('is not sockets where answers were only read late, for want of a core', () => {
    expect(kept(lateRun({ ms: 5_000, cpuMs: 3_080, waitedForCoreMs: 1_835, withoutSocketMs: 4_933, socketMs: 512 * 5_000, attempts: 118_974 })).observed).toContain('CPU, which the generator did not get: the sender used 62 % of a core')
    expect(kept(lateRun({ ms: 5_000, cpuMs: 300, waitedForCoreMs: 2_600, withoutSocketMs: 4_933, socketMs: 64 * 5_000, attempts: 100 })).observed).toContain('the culprit is sockets')
  })

  test('is named with its thread, its share of the plan, and what a shop means for the cure', () => {
    const { observed, evidence } = kept(lateRun({ ms: 4_000, cpuMs: 3_900, attempts: 4 }, { ms: 10, cpuMs: 1 }))
    expect(observed).toContain('sender 1 used 98 % of a core')
    expect(observed).toContain('(70 % of them through this thread)')
    expect(evidence[0]).toContain('all webhooks of a shop go through one thread')
  })

  test('is guessed from what waited for a socket where nobody was behind for long', () => {
    const sockets = lateRun({})
    sockets.sender.waitedForSocket = 11
    expect(kept(sockets).observed).toContain('the culprit is sockets: 11 of 1,000 sends waited for one of 100')
    expect(kept(lateRun({})).observed).toContain('the culprit is CPU, which the generator did not get at some moments: the sender was late')
    const other = lateRun({})
    Object.assign(other.sender, { engine: 'k6', threads: undefined })
    expect(kept(other).observed).toContain('at some moments: k6 was late')
  })

  test('is asked for where the event loop slept or events were never sent, and not for what is no fault of the sender', () => {
    const asleep = makeRun()
    asleep.sender.eventLoopDelayMs = { p50: 1, p99: 51, max: 80 }
    expect(kept(asleep).observed).toMatch(/^event-loop delay p99 of the sender 51 ms, limit 50 ms; the culprit is /)
    const servers = makeRun()
    servers.servers.eventLoopDelayMs = { p50: 1, p99: 51, max: 80 }
    expect(kept(servers).observed).toBe('event-loop delay p99 of the destinations 51 ms, limit 50 ms')
  })

  test('is nobody where the sender counts otherwise than the history, which is said', () => {
    const run = makeRun()
    run.sender.sent--
    expect(kept(run)).toEqual({ verdict: 'invalid', observed: 'the sender counts 999 events sent, the history 1,000', evidence: [] })
  })
})
