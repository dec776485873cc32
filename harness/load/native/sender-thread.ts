// A sender's own thread: it does nothing but send, so that neither the terminal nor the judge can make an event late.
import { parentPort, workerData } from 'node:worker_threads'

import { openHistory } from '../../history/history.ts'
import { createCorpus } from '../../platform/corpus.ts'
import { Sender } from './sender.ts'
import { failureOf, type Call, type SenderThreadData, type ThreadAnswer, type ThreadRequest } from './thread-messages.ts'

const port = parentPort!
const { name, options, history, address, counters, disturbanceCells } = workerData as SenderThreadData

// Whatever is thrown, in a socket's callback or anywhere else: the flood was not sent as planned, and the main thread must know why.
process.on('uncaughtException', error => {
  answer({ kind: 'failed', failure: failureOf(error, name) })
  // What was posted is delivered first; the sockets are closed with the thread.
  process.exit(1)
})

const sender = new Sender({
  plan: options.plan,
  history: openHistory(history),
  source: createCorpus(options.corpus),
  address,
  url: new URL(options.url),
  secret: options.secret,
  nextSecret: options.nextSecret,
  retries: options.retries,
  timeScale: options.timeScale,
  maxSockets: options.maxSockets,
  refusedStatuses: options.refusedStatuses,
  attemptsFile: options.attemptsFile,
  counters,
  disturbanceCells,
})

port.on('message', async ({ id, call }: ThreadRequest) => {
  answer({ kind: 'done', id, report: await carryOut(call) })
  if (call.name === 'close') port.close()
})
answer({ kind: 'ready' })

async function carryOut(call: Call) {
  switch (call.name) {
    case 'send':
      await sender.send(call.part, call.elsewhere)
      return undefined
    case 'take':
      sender.take(call.attempts)
      return undefined
    case 'sendRest':
      sender.sendRest(call.from)
      return undefined
    case 'disturb':
      sender.disturb(call.fault, call.parameters)
      return undefined
    case 'finish':
      sender.finish()
      return undefined
    case 'report':
      return sender.report()
    case 'ping':
      return undefined
    case 'close':
      await sender.close()
      return undefined
  }
}

function answer(message: ThreadAnswer): void {
  port.postMessage(message)
}
