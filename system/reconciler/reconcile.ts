// One round of reconciliation: the platform's orders against the ledger and the destinations, shop by shop; what is missing goes back into the queue.
import { jetstreamManager } from '@nats-io/jetstream'
import type { Pool } from 'pg'
import { makeHead, sourceHeader } from '../order/webhook.ts'
import type { Queue } from '../queue/connection.ts'
import type { Publisher } from '../queue/publisher.ts'
import { webhookSubject } from '../queue/streams.ts'
import type { AdminApi } from './admin-api.ts'
import { forgetDeliveries, readOpenAnomalies, readProcessed, readProgress, resolveAnomalies, writeWindow, type Finding } from './ledger.ts'
import { owedEvents, type OwedEvent } from './owed-events.ts'
import { backlogOf, maxBacklog, readQueue, type QueueContents } from './queue-contents.ts'
import { receivedAt } from './received.ts'

export interface ReconcileOptions {
  queue: Queue
  publisher: Publisher
  ledger: Pool
  admin: AdminApi
  /** Names and URLs that the worker relays to. */
  destinations: ReadonlyMap<string, string>
  /** Left empty, the platform is asked. */
  shops: readonly string[]
  topics: readonly string[]
  /** Orders older than this are not looked at any more. */
  lookbackMs: number
  /** Orders younger than this may simply be on their way. */
  settleMs: number
  /** Length of the hour that throughput is reported by. */
  hourMs: number
  signal: AbortSignal
}

export interface Round {
  events: number
  findings: Finding[]
  resolved: number
}

const shopsAtATime = 4

/** Reconciles what has come since the last round. Undefined if the queue's backlog is so long that late cannot be told from lost. Throws what keeps it from its work; a window that was not finished is done again. */
export async function reconcile(options: ReconcileOptions): Promise<Round | undefined> {
  const connection = options.queue.up()
  if (connection === undefined) throw new Error('the queue is away')
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 5_000 })
  if (await backlogOf(manager) > maxBacklog) return undefined

  const resolved = await resolveArrived(options)
  const shops = options.shops.length > 0 ? [...options.shops] : await options.admin.shops()
  const progress = await readProgress(options.ledger)
  const nowMs = Date.now()
  const toMs = nowMs - options.settleMs
  const round: Round = { events: 0, findings: [], resolved }
  // Read once a round, and only if something is missing. What is accepted later and taken for lost is an event twice in the queue, and one effect.
  let contents: Promise<QueueContents> | undefined
  const queueContents = (): Promise<QueueContents> => (contents ??= readQueue(manager))
  const lane = async (): Promise<void> => {
    for (let shop = shops.pop(); shop !== undefined; shop = shops.pop()) {
      const fromMs = Math.max(progress.get(shop) ?? 0, nowMs - options.lookbackMs)
      if (fromMs < toMs) await reconcileShop(options, queueContents, shop, fromMs, toMs, round)
    }
  }
  await Promise.all(Array.from({ length: shopsAtATime }, lane))
  return round
}

async function reconcileShop(options: ReconcileOptions, queueContents: () => Promise<QueueContents>, shop: string, fromMs: number, toMs: number, round: Round): Promise<void> {
  const events: OwedEvent[] = []
  const findings: Finding[] = []
  for await (const page of options.admin.orders(shop, fromMs, toMs)) {
    const owed = page.flatMap(text => owedEvents(shop, text, options.topics, options.hourMs)).filter(event => isWithin(event, fromMs, toMs))
    events.push(...owed)
    findings.push(...await examine(options, queueContents, owed))
  }
  await writeWindow(options.ledger, shop, toMs, events, findings)
  round.events += events.length
  round.findings.push(...findings)
}

/** The platform's window includes both ends; ours must not, or an order on the edge would count twice. */
function isWithin(event: OwedEvent, fromMs: number, toMs: number): boolean {
  const createdMs = Date.parse(event.createdAt)
  return createdMs >= fromMs && createdMs < toMs
}

/** What a destination lacks, with the stage where it was lost, and back in the queue unless it waits there anyway. */
async function examine(options: ReconcileOptions, queueContents: () => Promise<QueueContents>, owed: readonly OwedEvent[]): Promise<Finding[]> {
  const lacking = await lackingAnywhere(options, owed)
  if (lacking.size === 0) return []
  const queued = await queueContents()
  // Asked again: what is neither in the queue nor, after that, at the destination did not just slip from one to the other.
  const stillLacking = await lackingAnywhere(options, [...lacking.keys()])
  const processed = await readProcessed(options.ledger, [...stillLacking.keys()].map(event => event.messageId))
  const findings = [...stillLacking.keys()].map(event => findingOf(event, queued, processed))
  const lost = findings.filter(finding => finding.requeued).map(finding => finding.event)
  for (const name of options.destinations.keys()) {
    const forgotten = lost.filter(event => processed.has(event.messageId) && stillLacking.get(event)?.includes(name))
    if (forgotten.length > 0) await forgetDeliveries(options.ledger, name, forgotten.map(event => event.messageId))
  }
  await Promise.all(lost.map(event => requeue(options.publisher, event)))
  return findings
}

function findingOf(event: OwedEvent, queued: QueueContents, processed: ReadonlySet<string>): Finding {
  const isWaiting = queued.waiting.has(event.messageId)
  const wasAccepted = isWaiting || queued.dead.has(event.messageId)
  const stage = processed.has(event.messageId) ? 'processed, not delivered' : wasAccepted ? 'accepted, not processed' : 'never accepted'
  return { event, stage, requeued: !isWaiting }
}

/** Events that some destination does not have, with the names of those destinations. */
async function lackingAnywhere({ destinations, signal }: ReconcileOptions, owed: readonly OwedEvent[]): Promise<Map<OwedEvent, string[]>> {
  const lacking = new Map<OwedEvent, string[]>()
  for (const [name, url] of destinations) {
    const received = await receivedAt(url, owed.map(event => event.messageId), signal)
    for (const event of owed) {
      if (!received.has(event.messageId)) lacking.set(event, [...lacking.get(event) ?? [], name])
    }
  }
  return lacking
}

/** Into the same stream, as the same event. The queue's own id is a new one: it might remember the webhook's, and drop this as a repeat of what was lost. */
async function requeue(publisher: Publisher, event: OwedEvent): Promise<void> {
  const head = makeHead(`reconciled.${event.messageId}.${Date.now()}`, [['X-Shopify-Shop-Domain', event.shop], ['X-Shopify-Topic', event.topic], [sourceHeader, 'reconciliation']])
  const outcome = await publisher.publishOne(webhookSubject, head, Buffer.from(event.text))
  if (outcome !== 'stored') throw new Error(`requeueing was ${outcome}`)
}

/** Marks what was missing once and has arrived since. */
async function resolveArrived({ ledger, destinations, signal }: ReconcileOptions): Promise<number> {
  let arrived = await readOpenAnomalies(ledger)
  for (const url of destinations.values()) arrived = [...await receivedAt(url, arrived, signal)]
  await resolveAnomalies(ledger, arrived)
  return arrived.length
}
