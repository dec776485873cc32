// What the native engine costs and how punctual it is: signed webhooks of the real corpus against a bare node:http server in a process of its own.
// `node test/bench/load.ts` prints requests a CPU-second of the client flat out, then its lag at half the rate that it reached; both want a quiet machine.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { monotonicMs } from '../../harness/clock.ts'
import { createHistory } from '../../harness/history/history.ts'
import { startNativeEngine } from '../../harness/load/native/engine.ts'
import type { Plan } from '../../harness/plan/plan.ts'

export interface LoadBench {
  perCpuSecond: number
  perSecond: number
  lagMs: { p50: number; p99: number; max: number }
}

const warmUpCount = 20_000
const flatOutEvents = 150_000
const pacedEvents = 40_000
/** Few enough that flat out every one is always in use, and as many as a scenario has by default. */
const flatOutSockets = 64
const pacedSockets = 512
const secret = 'bench'

/** Takes about ten seconds. Throws where an event was not acked: then the numbers would speak of something else. */
export async function benchLoad(): Promise<LoadBench> {
  const server = fork(fileURLToPath(import.meta.url), ['--server'])
  try {
    const [port] = (await once(server, 'message')) as [number]
    const flatOut = await sendAll(port, planOf(flatOutEvents, () => 0), flatOutSockets)
    const ratePerMs = flatOut.perSecond / 2_000
    const paced = await sendAll(port, planOf(pacedEvents, event => event / ratePerMs), pacedSockets)
    return { perCpuSecond: flatOut.perCpuSecond, perSecond: flatOut.perSecond, lagMs: paced.lagMs }
  } finally {
    await end(server)
  }
}

/** The warm-up is due at once; it lets the thread compile what is then measured. */
function planOf(measuredEvents: number, dueMs: (event: number) => number): Plan {
  const eventCount = warmUpCount + measuredEvents
  const dueTicks = Uint32Array.from({ length: eventCount }, (_, event) => event < warmUpCount ? 0 : Math.round(dueMs(event - warmUpCount) * 100))
  const shop = Uint16Array.from({ length: eventCount }, (_, event) => event % 200)
  const shops = Array.from({ length: 200 }, (_, index) => `shop-${index}.myshopify.com`)
  return { seed: 1, hash: '', eventCount, warmUpCount, dueTicks, shop, shops, topics: ['orders/create'], floodMs: 0, peakPerSecond: 0 }
}

async function sendAll(port: number, plan: Plan, maxSockets: number): Promise<LoadBench> {
  const folder = await mkdtemp(join(tmpdir(), 'floodmark-bench-'))
  const engine = await startNativeEngine({
    plan, secret, maxSockets,
    history: createHistory(plan.eventCount, 0, monotonicMs()),
    corpus: plan,
    url: `http://127.0.0.1:${port}/webhooks`,
    retries: { name: 'none', connectTimeoutMs: 1_000, totalTimeoutMs: 5_000, delaysMs: [], jitter: 0, removesSubscription: false },
    timeScale: 1,
    refusedStatuses: [],
    attemptsFile: join(folder, 'attempts.bin'),
  })
  try {
    await engine.send({ from: 0, to: warmUpCount, startedAtMs: monotonicMs(), wallMs: Date.now() })
    const events = plan.eventCount - warmUpCount
    const startedAtMs = monotonicMs()
    const before = process.cpuUsage()
    await engine.send({ from: warmUpCount, to: plan.eventCount, startedAtMs, wallMs: Date.now() })
    const cpu = process.cpuUsage(before)
    const seconds = (monotonicMs() - startedAtMs) / 1_000
    const { acked } = engine.counters()
    if (acked !== events) throw new Error(`${acked} of ${events} events were acked`)
    return { perCpuSecond: events / ((cpu.user + cpu.system) / 1e6), perSecond: events / seconds, lagMs: (await engine.report()).lagMs }
  } finally {
    await engine.close()
    await rm(folder, { recursive: true })
  }
}

async function end(server: ChildProcess): Promise<void> {
  const exited = once(server, 'exit')
  server.kill('SIGKILL')
  await exited
}

function serve(): void {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.end())
  })
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
}

if (process.argv[2] === '--server') serve()
else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { perCpuSecond, perSecond, lagMs } = await benchLoad()
  console.log(`${Math.round(perCpuSecond)} requests a client CPU-second (${(1e6 / perCpuSecond).toFixed(1)} us each), ${Math.round(perSecond)}/s against node:http`)
  console.log(`lag at half of that: p50 ${lagMs.p50} ms, p99 ${lagMs.p99} ms, max ${lagMs.max} ms`)
}
