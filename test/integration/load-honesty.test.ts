// What the native engine says of its own work, on one thread and on two: nothing that was planned goes unaccounted, nothing that is open looks fast, and who was late says why.
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { judge } from '../../harness/checks/judge.ts'
import { measureLatency } from '../../harness/checks/latency.ts'
import { monotonicMs, sleep, until } from '../../harness/clock.ts'
import { OPEN, tickOf, unsentReasons } from '../../harness/history/history.ts'
import { compilePlan } from '../../harness/plan/compile.ts'
import { constant } from '../../harness/plan/shapes.ts'
import { openEngine, planFor } from '../fixtures/engines.ts'
import { noRetries, ok, startIntake, status } from '../fixtures/load.ts'
import { makeRun } from '../unit/checks-made-run.ts'

it('planned = sent + unsent, each with a reason, whatever the intake, the platform and the end of the run do', async () => {
  const shape = constant({ rate: 400, over: '300ms' })
  await fc.assert(fc.asyncProperty(
    fc.record({
      senders: fc.integer({ min: 1, max: 2 }), seed: fc.nat(1_000), maxSockets: fc.integer({ min: 2, max: 40 }),
      answers: fc.array(fc.constantFrom('200', '500', '503', 'reset', 'nothing'), { minLength: 1, maxLength: 6 }),
      retries: fc.integer({ min: 0, max: 2 }), removesSubscription: fc.boolean(), disordered: fc.boolean(),
      faults: fc.subarray(['silence', 'unsubscribe', 'disorder', 'dropRetries'] as const), finishAfterMs: fc.option(fc.integer({ min: 0, max: 400 })),
    }),
    async ({ senders, seed, maxSockets, answers, retries, removesSubscription, disordered, faults, finishAfterMs }) => {
      const realism = disordered ? { duplicates: { share: 0.2, by: '100ms' as const }, late: { share: 0.2, by: '100ms' as const } } : undefined
      const plan = compilePlan({ load: { shape, shops: 6, topics: ['orders/create'], timeScale: 1, realism }, seed, scenarioHash: '', warmUp: { durationMs: 0, ratePerSecond: 0 } })
      await using intake = await startIntake((socket, { number }) => {
        const answer = answers[number % answers.length]
        if (answer === 'reset') socket.resetAndDestroy()
        else if (answer !== 'nothing') socket.write(answer === '200' ? ok : status(Number(answer)))
      })
      await using under = await openEngine('native', intake.port, { plan, shape, senders, maxSockets, retries: { ...noRetries, totalTimeoutMs: 150, delaysMs: Array.from({ length: retries }, () => 30), removesSubscription } })
      const { engine, history } = under
      const { sending } = under.flood()
      const parameters = { silence: { catchUpMs: 50 }, unsubscribe: { share: 0.5 }, disorder: { withinMs: 60 }, dropRetries: { share: 0.5 } }
      for (const fault of faults) await engine.platform!.disturb(fault, parameters[fault])
      await sleep(finishAfterMs ?? 100)
      if (finishAfterMs !== null) await engine.finish('interrupted')
      else for (const fault of faults) await engine.platform!.disturb(fault, undefined)
      await sending
      const report = await engine.report()
      const unsent = Object.values(report.unsent).reduce((sum, count) => sum + count, 0)
      expect(report.sent + unsent).toBe(plan.eventCount)
      expect(engine.counters()).toMatchObject({ sent: report.sent, unsent, open: 0, waitingForRetry: 0 })
      const events = Array.from(plan.shop, (_, event) => event)
      expect(events.filter(event => (history.firstSent[event] === 0) !== (history.unsent[event] !== 0))).toEqual([])
      const reasons = Object.fromEntries(unsentReasons.map((reason, index) => [reason, history.unsent.filter(own => own === index).length]).filter(([reason, count]) => reason !== '' && count !== 0))
      expect(report.unsent).toEqual(reasons)
    },
  ), { numRuns: 10, endOnFailure: true })
}, 60_000)

it('counts what is still open when the drain is cut at its age, from the planned instant and from the send', async () => {
  const shape = constant({ rate: 100, over: '200ms' })
  const plan = planFor(shape)
  await using intake = await startIntake((socket, { number }) => number <= plan.warmUpCount && socket.write(ok))
  await using under = await openEngine('native', intake.port, { plan, shape, senders: 2, retries: { ...noRetries, totalTimeoutMs: 60_000 } })
  const { engine, history } = under
  await under.warmUp()
  const { part, sending } = under.flood()
  sending.catch(() => {})
  const events = plan.eventCount - plan.warmUpCount
  await until('all are open', 10_000, () => engine.counters().open === events || undefined)
  await sleep(300)
  await engine.finish('interrupted')
  const { epochMs } = history.shape
  const endMs = monotonicMs()
  const { percentiles } = measureLatency({ plan, history, floodTick: tickOf(epochMs, part.startedAtMs), endTick: tickOf(epochMs, endMs), faults: [], recoveryBoundMs: 0, accounts: { deliveredAt: new Uint32Array(plan.eventCount) } })
  expect(history.firstOutcome.subarray(plan.warmUpCount).every(outcome => outcome === OPEN)).toBe(true)
  expect(percentiles.answer).toMatchObject({ count: events, max: expect.closeTo(endMs - part.startedAtMs - plan.dueTicks[plan.warmUpCount] / 100, 0) })
  expect(percentiles.uncorrected.count).toBe(events)
  expect(percentiles.uncorrected.p50).toBeGreaterThan(300)
  expect(percentiles.uncorrected.max).toBeLessThanOrEqual(percentiles.answer.max + 0.1)
})

it.each([1, 2])('says that sockets held it up, and for how long each was held: %i sender threads', async senders => {
  const shape = constant({ rate: 60, over: '1s' })
  const plan = planFor(shape)
  await using intake = await startIntake(socket => setTimeout(() => socket.write(ok), 150))
  await using under = await openEngine('native', intake.port, { plan, shape, senders, maxSockets: 4 })
  await under.flood().sending
  const report = await under.engine.report()
  expect(report.threads?.map(({ name }) => name)).toEqual(senders === 1 ? ['the sender'] : ['sender 1', 'sender 2'])
  const run = makeRun()
  for (let event = run.plan.warmUpCount; event < run.plan.eventCount; event++) run.history.firstSent[event] += 6_000
  const { observed } = judge({ ...run, sender: { ...report, sent: 1_000 } }, []).record.checks.find(({ name }) => name === 'generatorKeptUp')!
  const [, name, inUse, of, heldMs] = /the culprit is sockets: (the sender|sender [12]) had (\d+) of (\d+) in use in the [\d.]+ m?s it was behind, and an attempt held one for ([\d.]+) ms/.exec(observed) ?? [observed]
  expect([inUse, of], name).toEqual(senders === 1 ? ['4', '4'] : [expect.stringMatching(/^[123]$/), expect.stringMatching(/^[123]$/)])
  expect(Number(heldMs)).toBeGreaterThanOrEqual(145)
})
