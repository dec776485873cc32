// What the bench asks of each load generator, so that all are measured by the same hand: from outside, by the server's count and the kernel's accounts.
import type { FloodmarkError } from '../../../../harness/errors.ts'

/** A straight line of requests a second, from one rate to another; the same twice is a constant rate. */
export interface Pace {
  from: number
  to: number
  forMs: number
}

/** At the start everyone compiles and connects: a run has its warm-up for that, and punctuality is judged after it. */
export const warmMs = 2_000

/** What every peer is given: the same server, the same body with its signature, the same number of connections. */
export interface Target {
  url: string
  /** File of the constant body that everyone but the native engine sends. */
  bodyFile: string
  /** Its size is that of a usual order; the native engine's own bodies are on average a little larger. */
  bodyBytes: number
  headers: Readonly<Record<string, string>>
  /** Folder for scripts and results. */
  folder: string
}

export interface Invocation {
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
}

/** What a client says of a paced run itself. Latency in ms, as it reports it, corrected or not. */
export interface OwnReading {
  p50: number
  p90: number
  p99: number
  /** Requests that it says it did not send, or that failed. */
  missing: number
  /** Planned start on the shared monotonic clock, where it tells. */
  startedAtMs?: number
  /** Share of the requests due after the warm-up that left in time, by its own clock, where it keeps such an account. */
  leftOnTime?: number
}

export interface Peer {
  readonly name: string
  readonly version: string
  /** As fast as its connections go, until it is ended. Left out where it has no such mode. */
  flatOut?(target: Target, connections: number): Invocation
  /** An open loop at this pace; undefined where it can't draw it. */
  paced?(target: Target, pace: Pace, connections: number): Invocation | undefined
  /** After a paced run that has ended by itself. `output` is its standard output. */
  reading?(target: Target, pace: Pace, output: string): Promise<OwnReading>
}

/** A row that stands in the tables as not measured, and the line that would change it. */
export interface Absent {
  readonly name: string
  readonly why: string
}

/** A peer that is there, or the reason why it is not. */
export async function orAbsent(name: string, open: () => Promise<Peer>): Promise<Peer | Absent> {
  try {
    return await open()
  } catch (error) {
    const { message, hint } = error as FloodmarkError
    return { name, why: (hint ?? message).split('\n')[0] }
  }
}

export function isPeer(one: Peer | Absent): one is Peer {
  return 'version' in one
}

/** Requests that the pace comes to. */
export function eventsOf({ from, to, forMs }: Pace): number {
  return Math.floor(((from + to) / 2 / 1_000) * forMs)
}

/** Instants of the pace in ms after its start: the n-th is where the integral of the rate reaches n. */
export function instantsOf(pace: Pace): Float64Array {
  const [perMs, perMs2] = [pace.from / 1_000, (pace.to - pace.from) / 1_000 / pace.forMs]
  return Float64Array.from({ length: eventsOf(pace) }, (_, n) => perMs2 === 0 ? n / perMs : (Math.sqrt(perMs * perMs + 2 * perMs2 * n) - perMs) / perMs2)
}
