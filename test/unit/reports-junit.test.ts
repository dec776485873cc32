import { describe, expect, it } from 'vitest'
import { renderJUnit } from '../../reports/junit.ts'
import type { RunRecord } from '../../reports/record.ts'
import { readXml, type XmlElement } from '../fixtures/xml.ts'
import { brokenRecord, passedRecord, recordWithVerdict } from '../fixtures/record.ts'

function suitesOf(...records: RunRecord[]): XmlElement[] {
  return readXml(renderJUnit(records)).children
}

function casesOf(record: RunRecord): XmlElement[] {
  return suitesOf(record)[0].children.filter(({ name }) => name === 'testcase')
}

describe('JUnit', () => {
  it('has a suite per run and a case per check', () => {
    const suites = suitesOf(passedRecord(), brokenRecord())
    expect(suites.map(({ attributes }) => [attributes.name, attributes.tests, attributes.failures, attributes.errors])).toEqual([['queue-outage on reference', '6', '0', '0'], ['queue-outage on naive', '6', '4', '0']])
    expect(suites[0].attributes.time).toBe('131.4')
    expect(casesOf(passedRecord()).every(({ children }) => children.length === 0)).toBe(true)
  })

  it('tells a failed invariant from a missed objective and shows the evidence', () => {
    const cases = new Map(casesOf(brokenRecord()).map(row => [row.attributes.name, row]))
    const [failure] = cases.get('noLoss')!.children
    expect(failure).toMatchObject({ name: 'failure', attributes: { type: 'invariant', message: 'expected no order acked and absent; observed 1,204 of 36,000 acked orders absent' } })
    expect(failure.text).toContain('5870130017655 of hemlock-7.myshopify.com: acked at 29.44 s')
    expect(cases.get('throughput')!.children[0].attributes.type).toBe('objective')
  })

  it.each(['unknown', 'invalid'] as const)('shows %s as an error of that type, never as green', verdict => {
    const errors = casesOf(recordWithVerdict(verdict)).flatMap(({ children }) => children)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ name: 'error', attributes: { type: verdict } })
  })

  it('is not green where no check says why the run is not', () => {
    const [only] = casesOf({ ...recordWithVerdict('unknown'), checks: [] })
    expect(only).toMatchObject({ attributes: { name: 'verdict' } })
    expect(only.children[0]).toMatchObject({ name: 'error', attributes: { type: 'unknown' } })
  })

  it('stays well-formed whatever the text holds', () => {
    const record = brokenRecord()
    const nasty = 'a\u0000\u001b[31m<b a="1">&amp;</b>]]> twice ]]>\u0008\ud800 \uffff "quoted" \'too\' 🛒'
    record.scenario.name = nasty
    record.checks[0] = { ...record.checks[0], name: nasty, expected: nasty, observed: nasty, evidence: [nasty, nasty] }
    const [suite] = suitesOf(record)
    expect(suite.attributes.name).toContain('<b a="1">&amp;</b>')
    const failure = casesOf(record)[0].children[0]
    expect(failure.attributes.message).toContain('"quoted" \'too\' 🛒')
    expect(failure.text.match(/twice/g)).toHaveLength(4)
  })
})
