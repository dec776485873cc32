import { expect, test } from 'vitest'
import { renderHtml } from '../../reports/html.ts'
import { runRecord, type RunRecord } from '../../reports/record.ts'
import { renderSummary } from '../../reports/summary.ts'
import { outageSeries, passedRecord } from '../fixtures/record.ts'

function withControl(): RunRecord {
  const record = passedRecord()
  const { counts, throughput, latencyMs } = passedRecord()
  const delivery = { ...latencyMs.delivery, p99: 321 }
  return { ...record, control: { runId: 'the-control-run', verdict: 'pass', counts: { ...counts, late: 0 }, throughput, latencyMs: { ...latencyMs, delivery } } }
}

test('the control arm stands beside the run, on the page and in the terminal', () => {
  const record = withControl()
  const page = renderHtml(record, outageSeries())
  expect(page).toContain('run <code>the-control-run</code>, pass')
  expect(page).toMatch(/Delay p99<\/th><td>321 ms<\/td><td>(?!321)/)
  expect(renderSummary(record, { color: false, folder: 'runs/x' }).replaceAll(/\s+/g, ' ')).toMatch(/ control without faults: [^;]*; 0 late, 0 duplicated; delay p99 321 ms /)
})

test('a run without one says nothing of it, and a record from before there were any can still be read', () => {
  expect(renderHtml(passedRecord(), outageSeries())).not.toContain('control arm')
  const { control: _, ...older } = passedRecord()
  expect(runRecord.parse(older).control).toBeNull()
})
