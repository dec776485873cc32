import type { Check, Evidence } from './check.ts'
import { listDeaths, tellDeaths } from './last-words.ts'
import { inWords } from './wording.ts'

/** Always on. Invalid where a part of the harness died; unknown where requests to the destinations could not be read, since anything may have been in them. */
export function readersWorked(): Check {
  return {
    name: 'readersWorked',
    invariant: false,
    expected: 'every part of the harness alive, every request to a destination read',
    judge({ deaths, servers, accounts }) {
      const dead = deaths.filter(death => death.harness)
      if (dead.length > 0) return { verdict: 'invalid', observed: tellDeaths(dead, 'of the harness died'), evidence: listDeaths(dead) }
      if (servers.unreadable > 0) return { verdict: 'unknown', observed: `${inWords(servers.unreadable)} requests to the destinations could not be read`, evidence: servers.unreadableSamples.slice(0, 5) }
      if (accounts.arrivals === 0 && servers.unexpected === 0) return { verdict: 'unknown', observed: 'no request reached a destination', evidence: [] }
      return { verdict: 'pass', observed: `${inWords(accounts.arrivals)} arrivals read`, evidence: [] }
    },
  }
}

/** Why an absent event may only have gone unseen; undefined where absence is proved. What was seen stays seen, so this excuses no duplicate, phantom or mutation. */
export function whyAbsenceIsUnproved({ deaths, servers }: Pick<Evidence, 'deaths' | 'servers'>): string | undefined {
  const dead = deaths.find(death => death.harness)
  if (dead !== undefined) return `${dead.name} of the harness died`
  return servers.unreadable > 0 ? `${inWords(servers.unreadable)} requests to the destinations could not be read` : undefined
}
