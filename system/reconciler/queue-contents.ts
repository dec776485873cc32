// What still lies in the queue: an event that waits there is late, not lost, and one among the dead letters was accepted.
import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream'
import { messageIdOf } from '../order/identity.ts'
import { readOrder, UnreadableOrder } from '../order/read-order.ts'
import { deadLetterStream, webhookStream } from '../queue/streams.ts'

export interface QueueContents {
  waiting: ReadonlySet<string>
  dead: ReadonlySet<string>
}

/** With more than this waiting, what is missing at the destination is no news, and looking at each message is not worth its price. */
export const maxBacklog = 5_000
const batchMessages = 500
const maxBatches = 2 * maxBacklog / batchMessages

/** Messages that wait to be processed. */
export async function backlogOf(manager: JetStreamManager): Promise<number> {
  return (await manager.streams.info(webhookStream)).state.messages
}

/** Message ids of all that is stored right now; what came while it was read may be missing, and what left may be there. */
export async function readQueue(manager: JetStreamManager): Promise<QueueContents> {
  return { waiting: await readStream(manager, webhookStream), dead: await readStream(manager, deadLetterStream) }
}

async function readStream(manager: JetStreamManager, stream: string): Promise<Set<string>> {
  const ids = new Set<string>()
  const { state } = await manager.streams.info(stream)
  let sequence = state.first_seq
  for (let batch = 0; batch < maxBatches && state.messages > 0 && sequence <= state.last_seq; batch++) {
    const before = sequence
    for await (const stored of await manager.direct.getBatch(stream, { seq: sequence, batch: batchMessages })) {
      sequence = stored.seq + 1
      const id = identify(stored)
      if (id !== undefined) ids.add(id)
    }
    if (sequence === before) break
  }
  return ids
}

function identify(stored: StoredMsg): string | undefined {
  try {
    return messageIdOf({ shop: stored.header.get('X-Shopify-Shop-Domain'), topic: stored.header.get('X-Shopify-Topic'), orderId: readOrder(stored.string()).id })
  } catch (error) {
    if (error instanceof UnreadableOrder) return undefined
    throw error
  }
}
