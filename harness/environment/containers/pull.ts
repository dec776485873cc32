// Arranging in containers, before anything starts: every image that the run needs is on the engine, or the run is refused with all that cannot be had.
import { ImageName, type ContainerRuntimeClient } from 'testcontainers'
import { monotonicMs } from '../../clock.ts'
import { causeOf, FloodmarkError } from '../../errors.ts'
import { findEngine } from './find-engine.ts'
import { imageCure, settingOf } from './image-cure.ts'

/** The largest of the pinned ones has some 200 MB. */
const pullLimitMs = 15 * 60_000
const progressEveryMs = 2_000
/** What registries say to somebody whom they do not know, or know too well. */
const wantsCredentials = /denied|unauthorized|authentication|credentials|toomanyrequests/i

type Docker = ContainerRuntimeClient['container']['dockerode']

export interface PullOptions {
  progress: (line: string) => void
  signal: AbortSignal
  /** For all of them together, ms. */
  limitMs?: number
}

/** An image that cannot be had, in the engine's own words. */
interface Missing {
  name: string
  cause: string
}

/** Looks up every image and pulls those that are not there, each with its progress. Throws `unavailable` with all that cannot be had, the variable that names another, and the cure. */
export async function ensureImages(names: readonly string[], { progress, signal, limitMs = pullLimitMs }: PullOptions): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
  const { client } = await findEngine()
  const results = await Promise.all([...new Set(names)].map(name => ensureImage(client, name, progress, limited)))
  signal.throwIfAborted()
  const missing = results.filter(result => result !== undefined)
  if (missing.length > 0) throw cannotBeHad(missing)
}

async function ensureImage({ container: { dockerode }, image }: ContainerRuntimeClient, name: string, progress: PullOptions['progress'], signal: AbortSignal): Promise<Missing | undefined> {
  try {
    // Testcontainers puts the user's own mirror before names without a registry.
    const full = ImageName.fromString(name)
    if (await isThere(dockerode, full.string)) return
    await pull(dockerode, full.string, progress, signal).catch(async error => {
      if (!wantsCredentials.test(causeOf(error)) || signal.aborted) throw error
      // It knows where the user's credentials are, and says nothing while it pulls.
      progress(`pulling ${full.string} with the credentials of ~/.docker/config.json`)
      await image.pull(full)
      if (!await isThere(dockerode, full.string)) throw error
    })
  } catch (error) {
    return { name, cause: signal.aborted ? causeOf(signal.reason) : wordsOf(error) }
  }
}

async function isThere(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect()
    return true
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false
    throw error
  }
}

async function pull(docker: Docker, name: string, progress: PullOptions['progress'], signal: AbortSignal): Promise<void> {
  const layers = new Map<string, { current: number; total: number }>()
  let nextMs = monotonicMs()
  progress(`pulling ${name}`)
  const stream = await docker.pull(name, { abortSignal: signal })
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, error => (error === null ? resolve() : reject(error)), ({ id, status, progressDetail }: PullEvent) => {
      if (status === 'Downloading' && progressDetail?.total) layers.set(id!, { current: progressDetail.current, total: progressDetail.total })
      if (monotonicMs() < nextMs || layers.size === 0) return
      nextMs = monotonicMs() + progressEveryMs
      progress(`pulling ${name}: ${describeLayers([...layers.values()])}`)
    })
  })
  progress(`pulled ${name}`)
}

/** One line of the engine's answer to a pull. */
interface PullEvent {
  id?: string
  status?: string
  progressDetail?: { current: number; total: number }
}

function describeLayers(layers: readonly { current: number; total: number }[]): string {
  const [current, total] = (['current', 'total'] as const).map(key => layers.reduce((sum, layer) => sum + layer[key], 0))
  return `${Math.floor((current / total) * 100)} % of ${(total / 1e6).toFixed(1)} MB`
}

function cannotBeHad(missing: readonly Missing[]): FloodmarkError {
  const count = missing.length === 1 ? 'an image that the run needs' : `${missing.length} images that the run needs`
  return new FloodmarkError('unavailable', `${count} cannot be had`, {
    evidence: missing.map(({ name, cause }) => `${name}${settingOf(name) === undefined ? '' : ` (${settingOf(name)} names another)`}: ${cause}`),
    hint: imageCure(missing.map(({ name }) => name)),
  })
}

/** The engine's own words, without what its client puts before them: `(HTTP code 404) unexpected - `. */
function wordsOf(error: unknown): string {
  return causeOf(error).replace(/^\(HTTP code \d+\) [\w ]+ - /, '').trim()
}
