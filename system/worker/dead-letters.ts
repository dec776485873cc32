// Where messages go that can never succeed: a stream of their own, with the reason, and back from there when somebody thinks otherwise.
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Publisher } from '../queue/publisher.ts'
import { deadLetterStream, deadLetterSubject, webhookSubject } from '../queue/streams.ts'
import { carried, makeHead, reasonHeader, redrivesHeader, sourceHeader } from '../order/webhook.ts'
import type { MsgHdrs } from '@nats-io/transport-node'
import type { Held } from './held-messages.ts'

const kept = [...carried.map(([, name]) => name), sourceHeader, redrivesHeader]

/** Puts a message among the dead letters. Throws unless it is stored there; then it may be tried again, since repeats have the same message id. */
export async function deadLetter(publisher: Publisher, held: Held, reason: string): Promise<void> {
  const head = makeHead(`dead.${held.key}`, [...valuesOf(held.message.headers), [reasonHeader, reason]])
  const outcome = await publisher.publishOne(deadLetterSubject, head, held.message.data)
  if (outcome !== 'stored') throw new Error(`dead letter ${outcome}`)
}

export interface RedriveOptions {
  /** Only what has been dead for at least this long. */
  olderThanMs: number
  /** Only what has been brought back fewer times than this. */
  maxRedrives: number
}

// A round looks at this many at most and goes on from there the next time, so that a mountain of dead letters cannot fill the memory.
const batchMessages = 250
const maxBatches = 40

/** Brings dead letters back into the queue. What fails again comes back here, one redrive older. Returns how many went, and the sequence to go on from (1 at the end). */
export async function redrive(manager: JetStreamManager, publisher: Publisher, from: number, { olderThanMs, maxRedrives }: RedriveOptions): Promise<{ redriven: number; next: number }> {
  const { state } = await manager.streams.info(deadLetterStream)
  let redriven = 0
  let sequence = Math.max(from, state.first_seq)
  for (let batch = 0; batch < maxBatches && state.messages > 0 && sequence <= state.last_seq; batch++) {
    for await (const letter of await manager.direct.getBatch(deadLetterStream, { seq: sequence, batch: batchMessages })) {
      sequence = letter.seq + 1
      const redrives = Number(letter.header.get(redrivesHeader) || 0)
      if (Date.now() - letter.time.getTime() < olderThanMs || redrives >= maxRedrives) continue
      const head = makeHead(`redrive.${letter.seq}.${letter.time.getTime()}`, [...valuesOf(letter.header), [redrivesHeader, String(redrives + 1)]])
      // Removed only once it is back in the queue. A crash in between brings it back twice, and the ledger tells.
      if (await publisher.publishOne(webhookSubject, head, letter.data) !== 'stored') return { redriven, next: letter.seq }
      await manager.streams.deleteMessage(deadLetterStream, letter.seq)
      redriven++
    }
  }
  return { redriven, next: sequence <= state.last_seq ? sequence : 1 }
}

function valuesOf(head: MsgHdrs | undefined): [string, string][] {
  return kept.map((name): [string, string] => [name, head?.get(name) ?? '']).filter(([, value]) => value !== '')
}
