// The native engine as the run sees it: it starts the sender's threads, passes on to all of them what it is asked for, and says so when one of them dies.
import { lookup } from 'node:dns/promises'
import { Worker } from 'node:worker_threads'

import { FloodmarkError } from '../../errors.ts'
import { attemptFiles } from '../../history/attempt-file.ts'
import { modulePath } from '../../module-path.ts'
import type { Engine, EngineOptions, Part } from '../engine.ts'
import type { Address } from './connection.ts'
import { createCounters, readCounters } from './counters.ts'
import { createDisturbanceCells, readDisturbance } from './disturbances.ts'
import { shareOut } from './shares.ts'
import type { Call, SenderThreadData } from './thread-messages.ts'
import { mergeReports, type ThreadReport } from './thread-report.ts'
import { SenderThread } from './thread.ts'

/** Attempts are counted in one byte of the history. */
const maxAttempts = 255
/** Of an attempt made elsewhere, the first its event. */
const numbersPerAttempt = 5

/** The native engine as the second half of another one, which makes the first attempts of a part. */
export interface RetryEngine extends Engine {
  /** As `send`, but first attempts are made elsewhere: over once the other has handed back what it did not send and all retries have ended. */
  sendRetries(part: Part): Promise<void>
  /** First attempts that have ended elsewhere, each event once, five numbers each: event, sent and ended in ms of the shared monotonic clock, HTTP status, outcome. */
  take(attempts: Float64Array): Promise<void>
  /** The other engine has ended and has sent nothing from this event on. */
  sendRest(from: number): Promise<void>
}

/** Starts the sender's threads; resolves when all are ready to send. Rejects with exit 64 for a URL or a policy that it can't send by. */
export async function startNativeEngine({ history, senders = 1, ...options }: EngineOptions): Promise<RetryEngine> {
  const { plan } = options
  const mostRetries = maxAttempts - 1 - (plan.repeats === undefined ? 0 : 1)
  if (options.retries.delaysMs.length > mostRetries) {
    throw new FloodmarkError('usage', `retry policy ${options.retries.name} has ${options.retries.delaysMs.length} retries`, { hint: `At most ${mostRetries} are counted.` })
  }
  const address = await addressOf(options.url)
  const { shares, senderOf } = shareOut(plan, options.maxSockets, senders)
  const files = attemptFiles(options.attemptsFile, senders)
  const members = shares.map((share, index) => {
    const name = senders === 1 ? 'the sender' : `sender ${index + 1}`
    const own = { ...options, plan: share.plan, maxSockets: share.maxSockets, attemptsFile: files[index] }
    return startMember({ name, options: own, history: history.shape, address, counters: createCounters(), disturbanceCells: createDisturbanceCells() }, share.events)
  })
  const askAll = (call: Call): Promise<(ThreadReport | undefined)[]> => Promise.all(members.map(({ thread }) => thread.ask(call)))
  const closeAll = async (): Promise<void> => void await Promise.all(members.map(({ thread }) => thread.close()))
  const sendAll = async (part: Part, elsewhere: boolean): Promise<void> => {
    for (const { counters } of members) counters.fill(0)
    await askAll({ name: 'send', part, elsewhere })
  }
  await Promise.all(members.map(({ thread }) => thread.ready)).catch(async error => {
    await closeAll().catch(() => {})
    throw error
  })
  return {
    send: part => sendAll(part, false),
    sendRetries: part => sendAll(part, true),
    async take(attempts) {
      await Promise.all(members.map(({ thread }, sender) => thread.ask({ name: 'take', attempts: senders === 1 ? attempts : ownAttempts(attempts, event => senderOf[plan.shop[event]] === sender) })))
    },
    async sendRest(from) {
      await askAll({ name: 'sendRest', from })
    },
    async finish() {
      await askAll({ name: 'finish' })
    },
    counters: () => readCounters(...members.map(({ counters }) => counters)),
    platform: {
      async disturb(fault, parameters) {
        await askAll({ name: 'disturb', fault, parameters })
      },
      state(fault) {
        const states = members.map(({ disturbanceCells }) => readDisturbance(disturbanceCells, fault))
        return { inForce: states.every(({ inForce }) => inForce), met: states.reduce((sum, { met }) => sum + met, 0) }
      },
    },
    async report() {
      return mergeReports((await askAll({ name: 'report' })) as ThreadReport[], members)
    },
    close: closeAll,
  }
}

interface Member extends Pick<SenderThreadData, 'name' | 'counters' | 'disturbanceCells'> {
  /** Of the plan, how many are its own. */
  events: number
  thread: SenderThread
}

function startMember(data: SenderThreadData, events: number): Member {
  const { name, counters, disturbanceCells } = data
  const worker = new Worker(modulePath(import.meta.url, './sender-thread.ts'), { name, workerData: data })
  return { name, events, counters, disturbanceCells, thread: new SenderThread(name, worker) }
}

/** The intake's address, looked up once: a lookup for each connection would be part of what is measured. */
async function addressOf(text: string): Promise<Address> {
  const url = new URL(text)
  if (url.protocol !== 'http:') throw new FloodmarkError('usage', `the sender speaks http, not ${url.protocol.slice(0, -1)}`, { hint: 'Give the intake an http:// URL.' })
  const { address } = await lookup(url.hostname.replace(/^\[|\]$/g, ''))
  return { host: address, port: Number(url.port || 80) }
}

function ownAttempts(attempts: Float64Array, isOwn: (event: number) => boolean): Float64Array {
  return attempts.filter((_, at) => isOwn(attempts[at - (at % numbersPerAttempt)]))
}
