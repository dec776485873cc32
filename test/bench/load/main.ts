/**
 * `npm run bench:load`: what the native engine costs, how punctual it is and whether it reads the truth, beside autocannon, k6, wrk, vegeta and bare loops in the
 * same run, against the same server with the same 2 KB body. Prints Markdown on standard output. Wants a quiet machine; takes about ten minutes.
 *
 *   npm run bench:load                                    all parts
 *   npm run bench:load -- --only cost,schedule,probes     some of them
 *   npm run bench:load -- --rounds 9                      more interleaved rounds of the cost (default 5)
 *   npm run bench:load -- --soak 10                       ten minutes at 5,000/s instead, for the growth of memory
 */
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { createCorpus } from '../../../harness/platform/corpus.ts'
import { Signer } from '../../../harness/platform/webhook.ts'
import { measureCosts, type Costs } from './cost.ts'
import { findPeers } from './peers/all.ts'
import type { Peer, Target } from './peers/peer.ts'
import { planOf } from './plan.ts'
import { probeFrozenServer, probeSteadyServer } from './probes.ts'
import { measureSchedules } from './schedule.ts'
import { startRawServer, type RawServer } from './server.ts'
import { soak } from './soak.ts'
import { median, whole } from './table.ts'

const comparedRate = 5_000
const signingRoom = 64

const { values } = parseArgs({ options: { only: { type: 'string', default: 'cost,schedule,probes' }, rounds: { type: 'string', default: '5' }, soak: { type: 'string' } } })
const parts = new Set(values.only.split(','))
const progress = (line: string): void => void process.stderr.write(`${line}\n`)

/** The body of the first order of usual size, signed; everyone but the native engine sends it over and over. */
async function prepareTarget(url: string, folder: string): Promise<Target> {
  const corpus = createCorpus(planOf(new Uint32Array(1)))
  const buffer = Buffer.alloc(signingRoom + corpus.maxBodyBytes)
  const end = signingRoom + corpus.writeBody(0, Date.now(), buffer, signingRoom)
  const body = Buffer.from(buffer.subarray(signingRoom, end))
  const bodyFile = join(folder, 'body.json')
  await writeFile(bodyFile, body)
  const headers = { 'Content-Type': 'application/json', 'X-Shopify-Topic': 'orders/create', 'X-Shopify-Hmac-Sha256': new Signer('bench').sign(buffer, signingRoom, end) }
  return { url, bodyFile, bodyBytes: body.length, headers, folder }
}

async function main(server: RawServer, target: Target): Promise<void> {
  const peers = await findPeers(progress)
  const print = (title: string, text: string): void => console.log(`\n### ${title}\n\n${text}`)
  console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}; body of ${target.bodyBytes} bytes`)
  if (values.soak !== undefined) return print('Memory at 5,000/s', await soak(server, target, peers[0] as Peer, Number(values.soak), progress))

  const costs = await measureCosts(server, target, parts.has('cost') ? peers : peers.slice(0, 1), parts.has('cost') ? Number(values.rounds) : 1, progress)
  const topRate = topRateOf(costs)
  if (parts.has('cost')) print('Cost, flat out over 64 connections', costs.markdown)
  if (parts.has('schedule')) print(`Schedule (native's top rate here is ${whole(topRate)}/s)`, await measureSchedules(server, target, peers, [comparedRate, Math.round(topRate / 2)], progress))
  if (!parts.has('probes')) return
  print('A server that freezes for 2 s in 16 s', await probeFrozenServer(server, target, peers, topRate, progress))
  print('A server that answers after a constant time', await probeSteadyServer(server, target, peers, progress))
}

function topRateOf({ rounds }: Costs): number {
  return median(rounds.get('native')!.map(cost => cost.perSecond))
}

const folder = await mkdtemp(join(tmpdir(), 'floodmark-bench-'))
// However it ends: the clients are sessions of their own, which no signal to this one reaches (client.ts).
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const [name, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) process.once(name, () => process.exit(code))
const server = await startRawServer()
try {
  await main(server, await prepareTarget(server.url, folder))
} finally {
  await server[Symbol.asyncDispose]()
}
