import { flag } from './accounts.ts'
import type { Check } from './check.ts'
import { inWords, nameEvents } from './wording.ts'

/** Invariant: nothing arrives that the platform did not create, or that it created but neither sent nor listed. */
export function noPhantoms(): Check {
  return {
    name: 'noPhantoms',
    invariant: true,
    expected: 'nothing arrives that the platform never sent or listed',
    judge(evidence) {
      const { accounts, servers } = evidence
      const observed = `${inWords(accounts.phantom)} phantoms beside ${inWords(accounts.arrivals)} arrivals`
      if (accounts.phantom > 0) {
        const unsent = nameEvents(evidence, event => (accounts.flags[event] & flag.phantom) !== 0)
        return { verdict: 'fail', observed, evidence: [...unsent, ...servers.unexpectedSamples.slice(0, 5)] }
      }
      return { verdict: accounts.arrivals === 0 ? 'unknown' : 'pass', observed: accounts.arrivals === 0 ? 'nothing arrived' : observed, evidence: [] }
    },
  }
}
