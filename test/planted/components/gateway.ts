// What stands between a worker and its destination in some planted scenarios: it passes batches on, and once a warm-up is over it has a mood. Runs alone:
//
//   HOST, PORT      to listen on; GET /healthz is there too
//   TARGET          http://host:port of the destination; paths are kept
//   MOOD            refuses: every 40th order is answered 400 until it has come alone
//                   fails: for two and a half seconds everything is passed on and answered 503 all the same
//                   forgets: every 5th request is answered 200 and passed on to nobody, for as long as its orders are new
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

const { HOST, PORT, TARGET, MOOD } = process.env
/** More than a warm-up's 60, so that every system reaches its steady state. */
const soundEvents = 100
const badAfterMs = 1_000
const badForMs = 2_500

/** Message ids in the order in which they were first seen. */
const seen = new Map<string, number>()
const refusedAlone = new Set<string>()
let requests = 0
let soundUntilMs = Number.POSITIVE_INFINITY

const moods: Readonly<Record<string, (ids: readonly string[], pass: () => Promise<number>) => Promise<number>>> = {
  async refuses(ids, pass) {
    const guilty = ids.filter(id => seen.get(id)! % 40 === 0 && !refusedAlone.has(id))
    if (guilty.length > 0) {
      if (ids.length === 1) refusedAlone.add(ids[0])
      return 400
    }
    return await pass()
  },
  async fails(_ids, pass) {
    const status = await pass()
    const sinceMs = performance.now() - soundUntilMs
    return sinceMs >= badAfterMs && sinceMs < badAfterMs + badForMs ? 503 : status
  },
  async forgets(_ids, pass) {
    const areNew = performance.now() - soundUntilMs < badAfterMs + badForMs
    return areNew && requests % 5 === 0 ? 200 : await pass()
  },
}

createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok')
  const body = await buffer(request)
  const status = await take(body, request.url ?? '/').catch(() => 502)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ success: status === 200 }))
}).listen(Number(PORT), HOST)

async function take(body: Buffer, path: string): Promise<number> {
  const { batch } = JSON.parse(body.toString()) as { batch: { messageId: string }[] }
  const ids = batch.map(item => item.messageId)
  const pass = async (): Promise<number> => {
    const response = await fetch(new URL(path, TARGET), { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': 'application/json' } })
    await response.body?.cancel()
    return response.status
  }
  const isSound = seen.size < soundEvents
  for (const id of ids) if (!seen.has(id)) seen.set(id, seen.size)
  if (isSound) return await pass()
  if (soundUntilMs === Number.POSITIVE_INFINITY) soundUntilMs = performance.now()
  requests += 1
  return await moods[MOOD!](ids, pass)
}
