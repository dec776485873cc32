import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { renderSummary, renderSummaryTable } from '../../reports/summary.ts'
import { brokenRecord, passedRecord, recordWithVerdict } from '../fixtures/record.ts'

const verdicts = ['pass', 'broken', 'missed', 'unknown', 'invalid'] as const
const folder = 'runs/20261127-170000-123-queue-outage'

describe('the summary of a run', () => {
  it.each(verdicts)('says %s first, and the exit code last', verdict => {
    const record = recordWithVerdict(verdict)
    const lines = renderSummary(record, { color: false, folder }).split('\n')
    expect(lines[0]).toMatch({ pass: /^✓ PASS/, broken: /^✗ BROKEN/, missed: /^✗ OBJECTIVE MISSED/, unknown: /^\? UNKNOWN/, invalid: /^! INVALID RUN/ }[verdict])
    expect(lines.at(-1)).toContain(`exit      ${record.exitCode} (${verdict}: `)
  })

  it.each([40, 60, 80, 100, 250])('fits %i columns, the path of the report apart', width => {
    for (const verdict of verdicts) {
      const record = recordWithVerdict(verdict)
      record.checks[0].observed = `${'x'.repeat(300)} ${record.checks[0].observed}`
      const lines = renderSummary(record, { color: true, width, folder }).split('\n').map(stripVTControlCharacters).filter(line => !line.includes('report.html'))
      expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(Math.min(width, 100))
    }
  })

  it('accounts for every order, tells the faults and where the report lies', () => {
    const text = renderSummary(brokenRecord(), { color: false, folder }).replace(/\s+/g, ' ')
    expect(text).toContain('36,000 planned = 34,796 delivered + 1,204 lost + 0 missed + 0 pending')
    expect(text).toContain('kill ingest (signal SIGKILL) at 30.01 s, observed by traffic after 78 ms, healed at 52.41 s')
    expect(text).toContain(`${folder}/report.html`)
    expect(text).toContain('✗ fail noLoss 1,204 of 36,000 acked orders absent')
    expect(text).toContain('expected no order acked and absent')
  })

  it('states every factor that the load was scaled by, and nothing where there is none', () => {
    const record = passedRecord()
    const scaledLine = (scales: typeof record.plan.scales): string | undefined => /^ {2}scaled +(.*)$/m.exec(renderSummary({ ...record, plan: { ...record.plan, scales } }, { color: false, folder }))?.[1]
    const day = { shape: 'replay', lengthMs: 86_400_000, time: 1_440, rate: 0.1 }
    expect(scaledLine([day])).toBe('replay: 24 h at 1/1,440 of its time and 0.1 × its rate')
    expect(scaledLine([{ ...day, rate: 1 }, { ...day, rate: 1 }])).toBe('replay: 24 h at 1/1,440 of its time')
    expect(scaledLine([{ ...day, time: 0.5, rate: 1 }, { ...day, time: 1 }])).toBe('replay: 24 h at 2 × its time; replay: 24 h at 0.1 × its rate')
    expect(scaledLine([{ ...day, time: 1, rate: 1 }])).toBeUndefined()
    const many = { ...record.plan, scales: Array.from({ length: 9 }, (_, part) => ({ ...day, shape: `part-${part}`, rate: 1 })) }
    expect(renderSummary({ ...record, plan: many }, { color: false, folder }).replace(/\s+/g, ' ')).toContain('part-3: 24 h at 1/1,440 of its time; 5 more')
  })

  it('says of an invalid check what shows it or what to do, and of others only what was seen', () => {
    const text = (verdict: 'invalid' | 'missed'): string => {
      const record = recordWithVerdict(verdict)
      for (const check of record.checks) check.evidence = ['what to do: raise load.maxSockets', 'and more']
      return renderSummary(record, { color: false, folder })
    }
    expect(text('invalid').match(/what to do: raise load\.maxSockets/g)).toHaveLength(1)
    expect(text('invalid')).not.toContain('and more')
    expect(text('missed')).not.toContain('what to do')
  })

  it('sets answers from the planned instant beside those from the send, where they differ', () => {
    const record = passedRecord()
    const { answer, uncorrected } = record.latencyMs
    const answersLine = (p99: number): string | undefined => /^ {2}answers +(.*)$/m.exec(renderSummary({ ...record, latencyMs: { ...record.latencyMs, answer: { ...answer, p99 }, uncorrected: { ...uncorrected, p99: 8 } } }, { color: false, folder }))?.[1]
    expect(answersLine(812)).toBe('p99 812 ms from the planned instant; a clock started at the send reads 8 ms')
    expect(answersLine(17)).toBeUndefined()
  })

  it('tells the worst story only where something broke', () => {
    expect(renderSummary(passedRecord(), { color: false, folder })).not.toContain('worst')
    expect(renderSummary(brokenRecord(), { color: false, folder })).toMatch(/worst +order 5870130017655 of hemlock-7/)
  })

  it('names a few of many faults, and those that were never seen or healed', () => {
    const record = passedRecord()
    const [fault] = record.faults
    record.faults = [{ ...fault, installedAt: null, observedAt: null, healedAt: null }, { ...fault, observedAt: null, observedBy: null, healedAt: null }, ...Array.from({ length: 8 }, () => fault)]
    const text = renderSummary(record, { color: false, folder })
    expect(text).toContain('kill queue: never installed')
    expect(text).toContain('never observed, never healed')
    expect(text).toContain('and 6 more faults')
  })

  it('uses colour only when asked, and lets no escape sequence of the system through', () => {
    const record = brokenRecord()
    record.checks[0].observed = '\u001b[2J\u001b]0;title\u0007gone'
    expect(renderSummary(record, { color: false, folder })).not.toContain('\u001b')
    const colored = renderSummary(record, { color: true, folder })
    expect(colored).toContain('\u001b[31m')
    expect(colored).not.toContain('\u001b[2J')
    expect(stripVTControlCharacters(colored)).toBe(renderSummary(record, { color: false, folder }))
  })
})

describe('the summary of several runs', () => {
  it('has a line each, with what did not pass', () => {
    const lines = renderSummaryTable(verdicts.map(recordWithVerdict), { color: false, width: 90 }).split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toMatch(/^ {2}✓ pass +queue-outage +reference +exit 0$/)
    expect(lines[1]).toMatch(/^ {2}✗ broken +queue-outage +naive +exit 1 +noLoss, noDuplicateEffects, throughput, rec…$/)
    expect(lines[4]).toMatch(/exit 5 +generatorKeptUp$/)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(90)
  })

  it('is empty for no run', () => {
    expect(renderSummaryTable([], { color: true })).toBe('')
  })
})
