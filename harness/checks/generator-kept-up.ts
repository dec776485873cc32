import { unsentReasons } from '../history/history.ts'
import type { Check, Evidence } from './check.ts'
import { findCulprit } from './culprit.ts'
import { inWords, msInWords, nameEvents } from './wording.ts'

/** Event-loop delay, p99, up to which sender and destinations count as awake (DESIGN.md section 2). */
const eventLoopDelayLimitMs = 50

/** Why an event may stay unsent with the generator being none the worse: the platform's own rules, and a guard of the scenario that ended the flood. */
function excuses({ aborted }: Evidence): ReadonlySet<string> {
  return new Set(aborted === undefined ? ['unsubscribed'] : ['unsubscribed', 'interrupted'])
}

/** Always on. Invalid, with the culprit named, unless the harness offered the load it planned: sent all but what the platform's own rules held back, on time, with awake event loops. */
export function generatorKeptUp(): Check {
  return {
    name: 'generatorKeptUp',
    invariant: false,
    expected: 'planned events sent, on time, by event loops that were awake',
    judge(evidence) {
      const { accounts, latency, sender, servers, generator, history } = evidence
      if (accounts.planned === 0) return { verdict: 'unknown', observed: 'nothing was planned', evidence: [] }
      const behind = findLateness(evidence)
      const culprit = behind.length === 0 ? undefined : findCulprit(evidence)
      const problems = [...behind, ...(culprit === undefined ? [] : [`the culprit is ${culprit.said}`]), ...findOtherProblems(evidence)]
      const excused = excuses(evidence)
      const isUnsent = (event: number): boolean => history.firstSent[event] === 0 && !excused.has(unsentReasons[history.unsent[event]])
      return {
        verdict: problems.length > 0 ? 'invalid' : accounts.sent === 0 ? 'unknown' : 'pass',
        observed: problems.length > 0 ? problems.join('; ') : `${inWords(accounts.sent)} of ${inWords(accounts.planned)} sent, lag p99 ${msInWords(latency.percentiles.generatorLag.p99)} (limit ${msInWords(generator.lagP99Ms)}), event-loop delay p99 ${msInWords(sender.eventLoopDelayMs.p99)} at the sender, ${msInWords(servers.eventLoopDelayMs.p99)} at the destinations`,
        evidence: problems.length > 0 ? [...(culprit === undefined ? [] : [`what to do: ${culprit.cure}`]), ...nameEvents(evidence, isUnsent)] : [],
      }
    },
  }
}

/** Where the sender itself fell short. */
function findLateness(evidence: Evidence): string[] {
  const { accounts, latency, sender, generator } = evidence
  const problems: string[] = []
  const excused = excuses(evidence)
  const unexcused = Object.entries(accounts.unsentReasons).filter(([reason]) => !excused.has(reason))
  const unsent = unexcused.reduce((sum, [, count]) => sum + count, 0)
  const lagP99Ms = latency.percentiles.generatorLag.p99
  if (unsent > generator.unsent) {
    const reasons = unexcused.map(([reason, count]) => `${inWords(count)} ${reason}`)
    problems.push(`${inWords(unsent)} planned events never sent (${reasons.join(', ')}), allowed ${inWords(generator.unsent)}`)
  }
  if (lagP99Ms > generator.lagP99Ms) problems.push(`send lag p99 ${msInWords(lagP99Ms)}, limit ${msInWords(generator.lagP99Ms)}`)
  const delayMs = sender.eventLoopDelayMs.p99
  if (delayMs > eventLoopDelayLimitMs) problems.push(`event-loop delay p99 of the sender ${msInWords(delayMs)}, limit ${msInWords(eventLoopDelayLimitMs)}`)
  return problems
}

function findOtherProblems({ accounts, sender, servers }: Evidence): string[] {
  const problems: string[] = [...(sender.disagreements ?? [])]
  if (sender.sent !== accounts.sent) problems.push(`the sender counts ${inWords(sender.sent)} events sent, the history ${inWords(accounts.sent)}`)
  const delayMs = servers.eventLoopDelayMs.p99
  if (delayMs > eventLoopDelayLimitMs) problems.push(`event-loop delay p99 of the destinations ${msInWords(delayMs)}, limit ${msInWords(eventLoopDelayLimitMs)}`)
  return problems
}
