/** The verdict in one sentence of plain words: what it means for orders. Page, terminal and JUnit all say the same one. */
import { countOf, formatCount, formatMs } from './format.ts'
import { outagePhrase } from './outage.ts'
import type { RunRecord } from './record.ts'
import { type CheckRecord, worstFirst } from './verdict.ts'

/** What the counts count: webhooks where an order has several of them. */
export function nounOf(record: RunRecord): string {
  return record.plan.events === record.plan.orders ? 'order' : 'webhook'
}

/** One sentence, from the record's counts and from the check that decided. */
export function verdictSentence(record: RunRecord): string {
  switch (record.verdict) {
    case 'pass': return `${delayPart(record)}; ${lossPart(record, 'none')}${entryPart(record)}.`
    case 'broken': return `${opening(record, brokenPart(record))}.`
    case 'missed': return `${opening(record, lossPart(record, `no ${nounOf(record)}`))}, but ${deciding(record, 'fail')}${entryPart(record)}.`
    case 'unknown': return `${opening(record, lossPart(record, `no ${nounOf(record)}`))}${pendingPart(record)}, but that is too little for a verdict: ${deciding(record, 'unknown')}.`
    case 'invalid': return `This run says nothing about the pipeline, because the harness did not do its own job: ${deciding(record, 'invalid')}.`
  }
}

function opening(record: RunRecord, rest: string): string {
  const phrase = outagePhrase(record)
  return phrase === undefined ? capital(rest) : `${phrase}, ${rest}`
}

function delayPart(record: RunRecord): string {
  const { late, delivered, planned } = record.counts
  const whole = delivered === planned ? `all ${countOf(planned, nounOf(record))} arrived` : `${formatCount(delivered)} of ${countOf(planned, nounOf(record))} arrived`
  const delayed = late > 0 ? `${formatCount(late)} of ${countOf(planned, nounOf(record))} came late, the last after ${formatMs(record.latencyMs.delivery.max)}` : `${whole}, none of them late`
  return opening(record, delayed)
}

/** Says "none was lost" only where that is so: a check can allow for a poison that the scenario planted. */
function lossPart(record: RunRecord, nobody: string): string {
  const { lost, duplicated } = record.counts
  if (lost > 0) return `${countOf(lost, nounOf(record))} ${was(lost)} lost`
  return `${nobody} was lost${duplicated === 0 ? '' : `, ${formatCount(duplicated)} had a second effect`}`
}

function brokenPart(record: RunRecord): string {
  const { lost, duplicated, mutated, phantom, planned } = record.counts
  const parts = [
    lost > 0 && `${formatCount(lost)} of ${countOf(planned, nounOf(record))} ${was(lost)} lost: accepted with a 2xx and never delivered`,
    duplicated > 0 && `${countOf(duplicated, nounOf(record))} took effect more than once`,
    mutated > 0 && `${countOf(mutated, nounOf(record))} arrived changed`,
    phantom > 0 && `${formatCount(phantom)} ${phantom === 1 ? 'delivery' : 'deliveries'} arrived that nobody sent`,
  ].filter(part => part !== false)
  return parts.length > 0 ? parts.join('; ') : `an invariant broke: ${deciding(record, 'fail')}`
}

function entryPart(record: RunRecord): string {
  const { missed } = record.counts
  return missed === 0 ? '' : `; ${countOf(missed, nounOf(record))} never got in`
}

function pendingPart(record: RunRecord): string {
  const { pending } = record.counts
  return pending === 0 ? '' : `, ${formatCount(pending)} still on the way when time ran out`
}

function was(count: number): string {
  return count === 1 ? 'was' : 'were'
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const decided = { pass: 'passed', fail: 'failed', unknown: 'cannot say', invalid: 'is invalid' } as const

/** The check that made the verdict, with what it saw. */
function deciding(record: RunRecord, verdict: CheckRecord['verdict']): string {
  const check = worstFirst(record.checks).find(one => one.verdict === verdict)
  return check === undefined ? 'no check says more' : `${check.name} ${decided[verdict]} (${check.observed.replace(/\.$/, '')})`
}
