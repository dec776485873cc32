// Takes away everything that a run has on an engine: at its clean end by the ground it stood on, after the harness's death by the watchdog or `floodmark heal`.
import { monotonicMs, sleep } from '../../clock.ts'
import { causeOf } from '../../errors.ts'
import { askEngine, describeEngine, EngineRefusal, getFromEngine, type EngineAddress } from './engine-request.ts'

/** The label that every container, volume and network of a run carries; its value is the run's id. */
export const runLabel = 'dev.floodmark.run'

const limitMs = 25_000
const requestLimitMs = 10_000
const lookEveryMs = 250
/** An engine goes on with a request whose client has died: what was just being created then shows up a little later. */
const quietAfterDeathMs = 2_500

interface Left {
  kind: 'container' | 'volume' | 'network'
  name: string
  /** What removes it, by force. */
  path: string
}

/**
 * Removes the run's containers (running, paused or stopped, with their anonymous volumes), then its volumes and networks, and looks again until nothing
 * has been there for `quietMs`. Returns what it removed. Safe twice; throws with what is left and the engine's words after 25 s.
 */
export async function removeRun(engine: EngineAddress, runId: string, { quietMs = quietAfterDeathMs }: { quietMs?: number } = {}): Promise<string> {
  // A damaged journal must never be able to name more than one run's own.
  if (!/^[\w.-]+$/.test(runId)) throw new Error(`no run's id: ${JSON.stringify(runId)}`)
  const deadline = monotonicMs() + limitMs
  const removed = new Map<string, number>()
  let quietSince = monotonicMs()
  let refusals: string[] = []
  for (;;) {
    const left = await findLeft(engine, runId)
    if (left.length > 0) {
      refusals = await removeAll(engine, left, removed)
      quietSince = monotonicMs()
    } else if (monotonicMs() - quietSince >= quietMs) {
      return describeRemoved(removed)
    }
    if (monotonicMs() > deadline) throw new Error(`still there after ${limitMs} ms: ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')}${refusals.map(text => `; ${text}`).join('')}`)
    await sleep(lookEveryMs)
  }
}

async function findLeft(engine: EngineAddress, runId: string): Promise<Left[]> {
  const filters = `filters=${encodeURIComponent(JSON.stringify({ label: [`${runLabel}=${runId}`] }))}`
  const get = async (path: string): Promise<any> => {
    try {
      return await getFromEngine(engine, path, requestLimitMs)
    } catch (error) {
      throw error instanceof EngineRefusal ? error : new Error(`no engine at ${describeEngine(engine)}`, { cause: error })
    }
  }
  const containers: { Id: string; Names: string[] }[] = await get(`/containers/json?all=true&${filters}`)
  // Containers hold on to volumes and networks: those are only looked at once no container is left.
  if (containers.length > 0) return containers.map(({ Id, Names }) => ({ kind: 'container', name: Names[0]?.slice(1) ?? Id, path: `/containers/${Id}?force=true&v=true` }))
  const { Volumes }: { Volumes: { Name: string }[] | null } = await get(`/volumes?${filters}`)
  const networks: { Id: string; Name: string }[] = await get(`/networks?${filters}`)
  return [
    ...(Volumes ?? []).map(({ Name }): Left => ({ kind: 'volume', name: Name, path: `/volumes/${encodeURIComponent(Name)}?force=true` })),
    ...networks.map(({ Id, Name }): Left => ({ kind: 'network', name: Name, path: `/networks/${Id}` })),
  ]
}

/** Removes each, counts those that went, and returns the engine's words on the others; the next look finds those again. */
async function removeAll(engine: EngineAddress, left: readonly Left[], removed: Map<string, number>): Promise<string[]> {
  const answers = await Promise.all(left.map(async ({ kind, name, path }) => {
    try {
      const answer = await askEngine(engine, 'DELETE', path, requestLimitMs)
      // 404: it went by itself in the meantime.
      if (answer.status >= 300 && answer.status !== 404) return `${kind} ${name}: ${answer.body?.message ?? answer.status}`
      removed.set(kind, (removed.get(kind) ?? 0) + 1)
    } catch (error) {
      return `${kind} ${name}: ${causeOf(error)}`
    }
  }))
  return answers.filter(refusal => refusal !== undefined)
}

function describeRemoved(removed: ReadonlyMap<string, number>): string {
  const parts = [...removed].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`)
  return parts.length === 0 ? 'nothing left' : `removed ${parts.join(', ')}`
}
