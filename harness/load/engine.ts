import type { Environment, ProcessJournal, ProcessUsage } from '../environment/environment.ts'
import type { ResolvedFault } from '../faults/fault.ts'
import type { History } from '../history/history.ts'
import type { Plan } from '../plan/plan.ts'
import type { Shape } from '../plan/shape.ts'
import type { CorpusSettings } from '../platform/corpus.ts'
import type { RetryPolicy } from '../platform/retry-policy.ts'
import type { Load } from '../scenario/scenario.ts'
import type { StartK6Program } from './k6/program.ts'

/** Events [from, to) of the plan, sent in one go. Their planned instants count from `startedAtMs` of the shared monotonic clock, which is `wallMs` of the calendar. */
export interface Part {
  from: number
  to: number
  startedAtMs: number
  wallMs: number
}

/** What sends the plan. One contract; each engine passes the same case table. */
export interface Engine {
  /** Sends a part's events and their retries, which may go on after the last; one part at a time. Resolves when nothing is left to send; rejects when the engine could not do its own work. */
  send(part: Part): Promise<void>
  /** No further attempt is started: what is due later stays unsent with this reason, open ones get their deadline. */
  finish(reason: 'interrupted'): Promise<void>
  /** Live counters of the part under way, or the last one; for progress and for faults to be observed in; cheap enough to read ten times a second. */
  counters(): EngineCounters
  /** What it says of its own work since the part's start. */
  report(): Promise<SenderReport>
  /** What it can do wrong as a platform; left out by an engine that can only do right. */
  readonly platform?: PlatformControl
  /** How long before a part begins it must be told, where that is long. */
  readonly leadMs?: number
  /** The program that it runs beside the harness, where it has one. */
  readonly program?: { name: string; version: string; usage(): ProcessUsage }
  /** Ends its threads and programs. */
  close(): Promise<void>
}

/** One kind of engine. A folder beside this file and a line in engines.ts. */
export interface EngineKind {
  /** What of a scenario it cannot send: path, what was found, what would be right. Such a scenario is refused for this engine. */
  problems(asked: Asked): string[]
  /** Gets onto this machine what it needs, before anything of a run is started. */
  prepare(watch: { environment: Environment['kind']; progress: (line: string) => void; signal: AbortSignal }): Promise<(options: EngineOptions, setting: EngineSetting) => Promise<Engine>>
}

/** The part of a scenario that an engine has to do with. */
export interface Asked {
  load: Load
  faults: readonly Pick<ResolvedFault, 'id' | 'kind' | 'target'>[]
}

/** Where in a run an engine stands. */
export interface EngineSetting {
  /** The flood's, which the plan was compiled from. */
  shape: Shape
  /** The run's folder, and the one for logs in it. */
  folder: string
  logs: string
  journal: ProcessJournal
  /** Where the environment runs engines' programs itself: how k6 is started in it, and the `host:port` of the intake's link as it is reached there. */
  inside?: { startK6: StartK6Program; intake: string }
  /** Called when a program of the engine's ends without having been asked to, which makes the run invalid. */
  onDeath(how: string, lastLines: string[]): void
}

/** What the platform can do wrong for a while, each beside the others, with what it takes. Shares are from 0 to 1. */
export interface PlatformFaults {
  /** This share of acked webhooks is sent once more, under a webhook id of its own. */
  duplicate: { share: number }
  /** Each webhook waits for a time of its own, drawn up to this. */
  disorder: { withinMs: number }
  /** Nothing is sent; at the end all that is owed by then, in order, evenly spread over this time. */
  silence: { catchUpMs: number }
  /** This share of the shops is not subscribed: what falls due meanwhile is never sent. */
  unsubscribe: { share: number }
  /** This share of the attempts that fail is never followed by another. */
  dropRetries: { share: number }
  /** Signed with the next secret. */
  rotateSecret: {}
}

export const platformFaults = ['duplicate', 'disorder', 'silence', 'unsubscribe', 'dropRetries', 'rotateSecret'] as const satisfies (keyof PlatformFaults)[]
export type PlatformFault = keyof PlatformFaults

/** The sender as it misbehaves on demand. */
export interface PlatformControl {
  /** Begins a fault, or ends it where no parameters are given. Resolves once the sender has. */
  disturb<F extends PlatformFault>(fault: F, parameters: PlatformFaults[F] | undefined): Promise<void>
  /** What the sender itself says: whether it is in force, and how many webhooks have met it so far. */
  state(fault: PlatformFault): { inForce: boolean; met: number }
}

export interface EngineCounters {
  sent: number
  unsent: number
  attempts: number
  /** Attempts that ended so; of an event's attempts at most one counts as acked, though a repeat of the platform's may be acked too. */
  acked: number
  refused: number
  indeterminate: number
  /** Attempts under way, and events that wait for their retry. */
  open: number
  waitingForRetry: number
}

export interface EngineOptions {
  plan: Plan
  history: History
  corpus: CorpusSettings
  /** Absolute URL of the intake, on loopback. */
  url: string
  secret: string
  /** What webhooks are signed with while the secret is rotated; left out where it never is. */
  nextSecret?: string
  retries: RetryPolicy
  timeScale: number
  maxSockets: number
  /** Threads that the native sender sends from; default 1. Each has a file of attempts and a share of the sockets. */
  senders?: number
  refusedStatuses: readonly number[]
  /** File for attempts after the first (history/attempts.ts); further threads have theirs beside it (history/attempt-file.ts). */
  attemptsFile: string
}

/** What the load engine says of its own work in the flood. */
export interface SenderReport {
  engine: string
  /** First sends after their planned instant, ms. */
  lagMs: { p50: number; p99: number; max: number }
  eventLoopDelayMs: { p50: number; p99: number; max: number }
  sent: number
  unsent: Record<string, number>
  attempts: number
  /** Events whose send had to wait because every socket was in use. */
  waitedForSocket: number
  maxSockets: number
  subscriptionsRemoved: number
  /** Where its own counters, the history and the platform's rules differ, a line each. Any of it makes the run invalid. */
  disagreements?: readonly string[]
  /** Its threads, where all that is sent first is sent by them: how many of the plan's events each has, and how it was behind. */
  threads?: readonly { name: string; events: number; maxSockets: number; behind: Behind }[]
}

/** A thread's time in which something was due and not sent, or in which it did not run at all. */
export interface Behind {
  ms: number
  /** Its CPU time meanwhile, and how long it was ready to run and had no core; 0 where the kernel does not say. */
  cpuMs: number
  waitedForCoreMs: number
  /** What a hypervisor took of the machine meanwhile: its share of all cores, times how long it was; 0 where the kernel does not say. */
  stolenMs: number
  /** In which no attempt could be started for want of a socket. */
  withoutSocketMs: number
  /** Sockets in use, times how long they were: over `attempts`, which began meanwhile, that is how long an attempt holds its socket (Little's law). */
  socketMs: number
  attempts: number
}
