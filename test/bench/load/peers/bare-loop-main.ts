// A loop on node:net and nothing else: on each connection the next request as soon as the status of the last one was read. Runs until it is ended.
import { connect } from 'node:net'

import { createCorpus } from '../../../../harness/platform/corpus.ts'
import { WebhookWriter } from '../../../../harness/platform/webhook.ts'
import { planOf } from '../plan.ts'

export interface BareLoop {
  url: string
  connections: number
  each: 'repeats' | 'signs'
}

const events = 1_000_000
const statusAt = 'HTTP/1.1 '.length
const two = '2'.charCodeAt(0)

const { url, connections, each } = JSON.parse(process.argv[2]) as BareLoop
const { hostname, port } = new URL(url)
const plan = planOf(new Uint32Array(events))
const webhooks = new WebhookWriter(plan, createCorpus(plan), new URL(url), 'bench')
const startedWallMs = Date.now()
const answer = Buffer.alloc(65_536)
let buffer = webhooks.newBuffer()
const first = webhooks.write(webhooks.newBuffer(), 0, startedWallMs)
let next = 0

for (let opened = 0; opened < connections; opened++) {
  const onread = { buffer: answer, callback: receive }
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread })
  socket.on('connect', send)

  function receive(): boolean {
    if (answer[statusAt] !== two) throw new Error('an answer that was no success')
    send()
    return true
  }

  function send(): void {
    const request = each === 'repeats' ? first : webhooks.write(buffer, next++ % events, startedWallMs)
    socket.write(request)
    // Bytes that the kernel has not taken yet are left to the socket, which still reads them.
    if (socket.writableLength > 0) buffer = webhooks.newBuffer()
  }
}
