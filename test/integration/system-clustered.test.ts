// The reference pipeline with its queue as a cluster: nothing is lost or doubled when a node of it dies, whichever that is.
import { jetstreamManager } from '@nats-io/jetstream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import clustered from '../../system/clustered.ts'
import { newOrderIds, sendUntilTaken, startPipeline, type Pipeline } from '../fixtures/system/pipeline.ts'
import { orderText } from '../fixtures/system/stand-ins.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline(clustered)
}, 90_000)
afterAll(() => pipeline?.stop())

test('every stream has three copies', async () => {
  const copies = await pipeline.withQueue(async connection => {
    const streams = await (await jetstreamManager(connection)).streams.list().next()
    return streams.map(({ config, cluster }) => [config.name, config.num_replicas, cluster?.replicas?.length])
  })
  expect(copies.toSorted()).toEqual([['DEAD_LETTERS', 3, 2], ['WEBHOOKS', 3, 2]])
})

test('orders sent while the leader dies arrive, each with one effect', async () => {
  const ids = newOrderIds(400)
  const sending = sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))
  await until('the first arrivals', 10_000, () => pipeline.destination.countOf(ids) > 20 || undefined)
  const { node } = await pipeline.environment.clusters.get('queue')!.leader(2_000)
  await pipeline.component(node).kill()
  await sending
  await pipeline.arrived(ids)
  await pipeline.component(node).restart()
  for (const id of ids) expect(new Set(pipeline.destination.of(id).map(track => track.messageId)).size, `effects of order ${id}`).toBe(1)
}, 90_000)
