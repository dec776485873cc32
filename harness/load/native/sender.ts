// The open-model sender, inside its thread: each event at its planned instant, retries as they fall due, until nothing is owed any more.
import { monitorEventLoopDelay } from 'node:perf_hooks'

import { TickHistogram } from '../../checks/histogram.ts'
import { monotonicMs } from '../../clock.ts'
import { AttemptWriter } from '../../history/attempt-file.ts'
import { ACKED, ticksPerMs, unsentReasons } from '../../history/history.ts'
import { WebhookWriter, type WebhookSource } from '../../platform/webhook.ts'
import type { EngineOptions, Part, PlatformFault, PlatformFaults } from '../engine.ts'
import { Alarm } from './alarm.ts'
import { BehindWatch } from './behind-watch.ts'
import type { Address, Connection } from './connection.ts'
import { ConnectionPool } from './connection-pool.ts'
import { ATTEMPTS, SENT, SUBSCRIPTIONS_REMOVED, UNSENT, WAITED_FOR_SOCKET } from './counters.ts'
import { Disturbances } from './disturbances.ts'
import { EventRecords } from './event-records.ts'
import { Outbox } from './outbox.ts'
import { Schedule } from './schedule.ts'
import type { ThreadReport } from './thread-report.ts'

/** Requests sent in one go before answers are read again: catching up must not keep the loop from its sockets. */
const maxBatch = 128
/** How often the event loop's delay is sampled; Node counts the interval in. */
const resolutionMs = 10

/** Of one attempt that was made elsewhere: event, sent and ended in ms of the shared monotonic clock, HTTP status, outcome. */
const numbersPerAttempt = 5

/** What the engine was given, and what only the thread has. */
export interface SenderOptions extends Omit<EngineOptions, 'corpus' | 'url' | 'senders'> {
  source: WebhookSource
  /** Where to connect, and the URL that stands in the requests. */
  address: Address
  url: URL
  /** From createCounters; zero when a part begins. */
  counters: Uint32Array
  /** From createDisturbanceCells. */
  disturbanceCells: Uint32Array
}

/** Sends the plan part by part. An error that is no answer of the intake (no more sockets, a full disk) is thrown in the loop and ends the thread. */
export class Sender {
  readonly #counters: Uint32Array
  readonly #maxSockets: number
  readonly #writer: AttemptWriter
  readonly #records: EventRecords
  readonly #schedule: Schedule
  readonly #disturbances: Disturbances
  readonly #webhooks: WebhookWriter
  readonly #secrets: { first: string; next: string | undefined }
  readonly #outbox: Outbox
  readonly #pool: ConnectionPool
  readonly #alarm = new Alarm(() => this.#wake())
  readonly #lag = new TickHistogram()
  readonly #watch: BehindWatch
  readonly #loopDelay = monitorEventLoopDelay({ resolution: resolutionMs })
  #startedWallMs = 0
  #sentToRemoved = 0
  #over: (() => void) | undefined

  constructor(options: SenderOptions) {
    const { plan, history, source, url, secret, retries, timeScale, counters } = options
    this.#counters = counters
    this.#maxSockets = options.maxSockets
    this.#writer = new AttemptWriter(options.attemptsFile)
    this.#records = new EventRecords(history, counters, this.#writer)
    this.#disturbances = new Disturbances(options.disturbanceCells)
    this.#schedule = new Schedule({ plan, retries, timeScale, counters, records: this.#records, disturbances: this.#disturbances })
    this.#secrets = { first: secret, next: options.nextSecret }
    const webhooks = new WebhookWriter(plan, source, url, secret)
    this.#webhooks = webhooks
    this.#outbox = new Outbox({
      newBuffer: () => webhooks.newBuffer(),
      write: (event, number, into) => webhooks.write(into, event, this.#startedWallMs, this.#schedule.isRepeat(event, number)),
    })
    this.#pool = new ConnectionPool({
      address: options.address,
      maxSockets: options.maxSockets,
      connectTimeoutMs: retries.connectTimeoutMs,
      totalTimeoutMs: retries.totalTimeoutMs,
      refusedStatuses: options.refusedStatuses,
      outbox: this.#outbox,
      onSent: connection => this.#onSent(connection),
      onEnded: (connection, outcome, status, endedMs) => this.#onEnded(connection, outcome, status, endedMs),
    })
    this.#watch = new BehindWatch({
      nextDueMs: () => this.#schedule.nextDueMs,
      socketsInUse: () => this.#pool.underWay,
      hasSocket: nowMs => this.#pool.available(nowMs) !== undefined,
      attempts: () => counters[ATTEMPTS],
    })
  }

  /** One part at a time. Resolves when each event is answered, given up or unsubscribed, and every attempt is in the file. */
  async send(part: Part, elsewhere = false): Promise<void> {
    this.#startedWallMs = part.wallMs
    this.#sentToRemoved = 0
    this.#lag.clear()
    this.#loopDelay.reset()
    this.#loopDelay.enable()
    this.#schedule.begin(part, elsewhere)
    this.#watch.begin()
    await new Promise<void>(resolve => {
      this.#over = resolve
      this.#wake()
    })
    this.#watch.end()
    this.#loopDelay.disable()
    await this.#writer.flush()
  }

  /** Writes down first attempts that were made elsewhere and have ended, five numbers each, and retries those that failed. */
  take(attempts: Float64Array): void {
    for (let at = 0; at < attempts.length; at += numbersPerAttempt) {
      const [event, sentMs, endedMs, status, outcome] = attempts.subarray(at, at + numbersPerAttempt)
      const number = this.#records.begin(event, sentMs)
      this.#lag.record(Math.max(0, Math.round((sentMs - this.#schedule.dueMs(event)) * ticksPerMs)))
      if (this.#schedule.wasRemoved(event, sentMs)) this.#sentToRemoved++
      this.#records.end(event, number, sentMs, endedMs, status, outcome)
      if (outcome !== ACKED) this.#schedule.retry(event, number, endedMs)
    }
    this.#wake()
  }

  /** The other engine has ended: from this event on first attempts are to be made here. */
  sendRest(from: number): void {
    this.#schedule.beginRest(from)
    this.#wake()
  }

  /** A fault of the platform begins, or ends where it is given no parameters. Throws where there is no next secret to rotate to. */
  disturb<F extends PlatformFault>(fault: F, parameters: PlatformFaults[F] | undefined): void {
    if (fault === 'rotateSecret') this.#webhooks.signWith(parameters === undefined ? this.#secrets.first : this.#nextSecret())
    this.#schedule.disturb(fault, parameters, monotonicMs())
    this.#wake()
  }

  /** Starts no further attempt: what was not sent stays unsent, retries are dropped, open attempts get their deadline. */
  finish(): void {
    this.#schedule.finish()
    this.#endIfOver()
  }

  /** Of the part under way, or the last one. */
  report(): ThreadReport {
    const cells = this.#counters
    const { p50, p99, max } = this.#lag.percentiles()
    const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs)
    return {
      engine: 'native',
      lagMs: { p50, p99, max },
      eventLoopDelayMs: { p50: delayMs(this.#loopDelay.percentile(50)), p99: delayMs(this.#loopDelay.percentile(99)), max: delayMs(this.#loopDelay.max) },
      sent: cells[SENT],
      unsent: Object.fromEntries(unsentReasons.map((reason, index) => [reason, cells[UNSENT + index]] as const).filter(([, count]) => count > 0)),
      attempts: cells[ATTEMPTS],
      waitedForSocket: cells[WAITED_FOR_SOCKET],
      maxSockets: this.#maxSockets,
      subscriptionsRemoved: cells[SUBSCRIPTIONS_REMOVED],
      disagreements: this.#sentToRemoved === 0 ? [] : [`${this.#sentToRemoved} webhooks were sent to shops that had lost their subscription by then`],
      lag: this.#lag.snapshot(),
      behind: this.#watch.behind,
    }
  }

  /** Closes every socket and the file; attempts still open stay so in the history. */
  async close(): Promise<void> {
    this.#watch.end()
    this.#alarm.clear()
    this.#pool.close()
    await this.#writer.close()
  }

  #wake(): void {
    this.#pool.expire(monotonicMs())
    this.#sendDue()
    this.#endIfOver()
  }

  #sendDue(): void {
    this.#startDue()
    this.#outbox.flush()
  }

  /** Starts an attempt for all that is due, in the order in which it fell due, as long as there are sockets; and sees to it that the rest is not forgotten. */
  #startDue(): void {
    for (let sent = 0; sent < maxBatch; sent++) {
      const nowMs = monotonicMs()
      if (this.#disturbances.any) this.#schedule.withhold(nowMs)
      if (this.#schedule.nextDueMs > nowMs) return this.#sleep()
      const connection = this.#pool.available(nowMs)
      if (connection === undefined) {
        this.#schedule.noteWaiting(nowMs)
        return this.#sleep()
      }
      this.#start(this.#schedule.take(), connection, nowMs)
    }
    this.#alarm.setNow()
  }

  #sleep(): void {
    this.#alarm.setBy(Math.min(this.#schedule.nextDueMs, this.#pool.nextDeadlineMs))
  }

  #start(event: number, connection: Connection, nowMs: number): void {
    const number = this.#records.begin(event, nowMs)
    if (this.#disturbances.any && this.#disturbances.of('rotateSecret') !== undefined) this.#disturbances.meet('rotateSecret')
    this.#pool.start(connection, event, number, nowMs)
  }

  /** A request leaves a little after it was made: that instant is what counts. */
  #onSent({ event, number, startedMs }: Connection): void {
    if (number > 1) return
    this.#records.leave(event, startedMs)
    this.#lag.record(Math.max(0, Math.round((startedMs - Math.max(this.#schedule.dueMs(event), this.#records.heldUntilMs(event))) * ticksPerMs)))
  }

  #onEnded(connection: Connection, outcome: number, status: number, endedMs: number): void {
    const { event, number, startedMs } = connection
    this.#records.end(event, number, startedMs, endedMs, status, outcome)
    if (outcome !== ACKED) this.#schedule.retry(event, number, endedMs)
    else if (this.#disturbances.any) this.#schedule.copy(event, number, endedMs)
    // A socket is free again, and reading an answer is as good an occasion as any to look at the clock. All answers that are there are read first (outbox.ts);
    // where one of them has set the alarm, it sees to all of this.
    if (this.#alarm.isSetNow) return
    if (this.#schedule.nextDueMs <= endedMs) this.#alarm.setNow()
    else this.#sleep()
    this.#endIfOver()
  }

  #nextSecret(): string {
    if (this.#secrets.next === undefined) throw new Error('there is no next secret')
    return this.#secrets.next
  }

  #endIfOver(): void {
    if (this.#over === undefined || !this.#schedule.isOver || this.#pool.underWay > 0) return
    this.#alarm.clear()
    this.#over()
    this.#over = undefined
  }
}
