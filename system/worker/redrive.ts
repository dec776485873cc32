// The command that brings all dead letters back into the queue at once, whatever their age and however often they came back before.
//
//   NATS_URL             nats://host:port of the queue; of a cluster all nodes, with commas between them
import { jetstreamManager } from '@nats-io/jetstream'
import { openQueue } from '../queue/connection.ts'
import { Publisher } from '../queue/publisher.ts'
import { runService } from '../service/lifecycle.ts'
import { readSettings, urls } from '../service/settings.ts'
import { redrive } from './dead-letters.ts'

await runService('redrive', async log => {
  const { NATS_URL } = readSettings({ NATS_URL: urls(['nats']) })
  const queue = openQueue(NATS_URL, 'redrive', log)
  const publisher = new Publisher({ queue, timeoutMs: 2_000, maxInFlight: 1, maxInFlightBytes: 64 * 1024 ** 2 })
  const connection = await new Promise<Parameters<Parameters<typeof queue.onUp>[0]>[0]>(resolve => queue.onUp(resolve))
  const manager = await jetstreamManager(connection, { timeout: 2_000 })
  let total = 0
  for (let next = 1; ;) {
    const done = await redrive(manager, publisher, next, { olderThanMs: 0, maxRedrives: Number.POSITIVE_INFINITY })
    total += done.redriven
    if (done.next <= next) break
    next = done.next
  }
  log.info({ redriven: total }, 'dead letters redriven')
  await queue.close()
  process.exit(0)
})
