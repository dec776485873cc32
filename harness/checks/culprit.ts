// Why a generator did not keep up: the plan's rate, CPU or sockets, by what its threads measured while they were behind.
import type { Evidence } from './check.ts'
import { inWords, msInWords } from './wording.ts'

export interface Culprit {
  /** Its name and the arithmetic that says so. */
  said: string
  cure: string
}

/** A thread that ran or waited to run for so much of the time had work for a whole core; that its sockets were all in use then is a consequence, since it read answers late. */
const wholeCore = 0.85
/** So much of it without a core is beyond what two threads that meet now and then cost each other. */
const starved = 0.25
/** So much of the machine taken by its hypervisor is worth a word: the threads of a run cost each other less. */
const robbed = 0.03
/** Of the time, without a socket. */
const mostly = 0.5
/** As many sends as this wait, and the lag's p99 is that of those that waited. */
const tellingShare = 0.01

type Thread = NonNullable<Evidence['sender']['threads']>[number]

/** To be asked where sends were late or left out. */
export function findCulprit(evidence: Pick<Evidence, 'sender' | 'plan'>): Culprit {
  const { sender, plan } = evidence
  const [worst] = (sender.threads ?? []).toSorted((a, b) => b.behind.ms - a.behind.ms)
  if (worst === undefined || worst.behind.ms === 0) return guessCulprit(evidence)
  const { ms, cpuMs, waitedForCoreMs, withoutSocketMs } = worst.behind
  const whole = sender.threads!.length === 1
  const share = whole ? '' : ` (${percent(worst.events, plan.eventCount)} of them through this thread)`
  const asked = `the plan has up to ${inWords(Math.round(plan.peakPerSecond))} webhooks a second${share}`
  const hadWork = (cpuMs + waitedForCoreMs) / ms >= wholeCore
  if (hadWork && waitedForCoreMs / ms < starved) return tooHighRate(worst, asked, whole)
  if (!hadWork && withoutSocketMs / ms >= mostly) return tooFewSockets(worst, asked, plan.peakPerSecond * (worst.events / plan.eventCount))
  return noCore(worst)
}

function tooHighRate({ name, behind: { ms, cpuMs, attempts } }: Thread, asked: string, whole: boolean): Culprit {
  return {
    said: `the plan, whose rate is beyond one thread: ${name} used ${percent(cpuMs, ms)} of a core in the ${msInWords(ms)} it was behind and began ${inWords(perSecond(attempts, ms))} attempts a second; ${asked}`,
    cure: whole ? 'raise load.senders if there are cores to spare, or lower the rate' : 'lower the rate, or spread it over more shops, since all webhooks of a shop go through one thread; more senders help as long as no shop is too large for one',
  }
}

/** Little's law: sockets in use = attempts a second x how long each holds its socket. */
function tooFewSockets({ name, maxSockets, behind: { ms, socketMs, attempts } }: Thread, asked: string, peakPerSecond: number): Culprit {
  const inUse = Math.round(socketMs / ms)
  const holdMs = attempts === 0 ? ms : socketMs / attempts
  return {
    said: `sockets: ${name} had ${inWords(inUse)} of ${inWords(maxSockets)} in use in the ${msInWords(ms)} it was behind, and an attempt held one for ${msInWords(holdMs)}${attempts === 0 ? ' and more' : ''}: ${inWords(inUse)} / ${msInWords(holdMs)} = ${inWords(perSecond(inUse, holdMs))} attempts a second; ${asked}`,
    cure: `${name} needs ${inWords(Math.ceil((peakPerSecond * holdMs) / 1_000))} sockets at that rate, and what retries hold besides: raise load.maxSockets, or see why the intake takes ${msInWords(holdMs)} to answer`,
  }
}

function noCore({ name, behind: { ms, cpuMs, waitedForCoreMs, stolenMs } }: Thread): Culprit {
  const stolen = stolenMs / ms >= robbed
  return {
    said: `CPU, which the generator did not get: ${name} used ${percent(cpuMs, ms)} of a core in the ${msInWords(ms)} it was behind, and was ready to run and had none for ${percent(waitedForCoreMs, ms)} of that time${stolen ? `; the hypervisor gave ${percent(stolenMs, ms)} of this machine to other guests meanwhile` : ''}`,
    cure: stolen ? 'run it again when the host is quiet, or on a machine whose cores are its own' : 'leave the generator a core: lower the rate, stop what else runs here, or take a machine with more cores',
  }
}

/** No thread was seen behind: it was for moments, or another program is the engine. */
function guessCulprit({ sender: { engine, sent, waitedForSocket, maxSockets, threads } }: Pick<Evidence, 'sender'>): Culprit {
  if (waitedForSocket > sent * tellingShare) {
    return { said: `sockets: ${inWords(waitedForSocket)} of ${inWords(sent)} sends waited for one of ${inWords(maxSockets)}`, cure: 'raise load.maxSockets, or see why the intake answers slowly' }
  }
  const who = threads === undefined ? engine : 'the sender'
  return { said: `CPU, which the generator did not get at some moments: ${who} was late, and waited for a socket ${inWords(waitedForSocket)} times`, cure: 'leave the generator a core: lower the rate, stop what else runs here, or take a machine with more cores' }
}

function percent(part: number, of: number): string {
  return `${Math.round((part / of) * 100)} %`
}

function perSecond(count: number, ms: number): number {
  return Math.round((count / ms) * 1_000)
}
