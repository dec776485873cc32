// How checks tell of processes that ended without having been asked to.
import type { Death } from '../environment/environment.ts'

const deathsTold = 5
const linesTold = 5

/** A sentence on them: `what` (such as "ended unasked") after their names, and the last line of the first. */
export function tellDeaths(deaths: readonly Death[], what: string): string {
  const [first] = deaths
  const line = lastWords(first).at(-1)
  return `${deaths.map(death => death.name).join(', ')} ${what}${line === undefined ? '' : `; last words of ${first.name}: ${line}`}`
}

/** The evidence: how each ended, and the last lines that it printed. */
export function listDeaths(deaths: readonly Death[]): string[] {
  return deaths.slice(0, deathsTold).flatMap(death => [`${death.name} ${death.how}`, ...lastWords(death).map(line => `${death.name}: ${line}`)])
}

/** Without the stack frames of a crash in Node, which would push its message out, and without what the harness itself noted in the log. */
function lastWords({ lastLines }: Death): string[] {
  return lastLines.filter(line => line.trim() !== '' && !/^\s+at |^Node\.js v\d|^\[floodmark: /.test(line)).slice(-linesTold)
}
