// `floodmark doctor`'s rows of the container environment: the engine, its disk, and its images. Looks only, pulls nothing.
import { statfs } from 'node:fs/promises'
import { causeOf } from '../../errors.ts'
import type { Diagnosis } from '../diagnosis.ts'
import { imageOf, images, type ImageName } from '../images/images.ts'
import { askEngine, type EngineAddress } from './engine-request.ts'
import { imageCure } from './image-cure.ts'
import { lookUpEngine, type EngineFacts, type RejectedEngine } from './look-up-engine.ts'

const requestLimitMs = 3_000
/** All images together, the project's own, and what a run's components write. */
const wantedFreeBytes = 3 * 1024 ** 3

export interface DiagnoseOptions {
  env?: NodeJS.ProcessEnv
  home?: string
  /** Whether to ask the registries for images that are not there, through the engine. */
  askRegistries: boolean
}

/** One row for the engine; where it answers, one for its disk, if that is this machine's, and one for each image. */
export async function diagnoseContainers({ env = process.env, home, askRegistries }: DiagnoseOptions): Promise<Diagnosis[]> {
  const { engine, rejected } = await lookUpEngine(env, home)
  if (engine === undefined) return [noEngine(rejected)]
  const names = Object.keys(images) as ImageName[]
  return Promise.all([
    describeFacts(engine, rejected),
    ...(engine.local ? [diagnoseDisk(engine)] : []),
    ...names.map(name => diagnoseImage(engine.address, name, imageOf(name, env), askRegistries)),
  ])
}

const part = 'docker engine'

function noEngine(rejected: readonly RejectedEngine[]): Diagnosis {
  return { part, status: rejected.some(({ from }) => from !== undefined) ? 'broken' : 'missing', found: 'none', cause: describeRejected(rejected), cure: rejected.map(({ cure }) => cure).join('\n'), only: 'containers' }
}

function describeRejected(rejected: readonly RejectedEngine[]): string {
  return rejected.map(({ uri, from, cause }) => (from === undefined ? cause : `${uri} (${from}): ${cause}`)).join('\n')
}

/** Kinds of engines on which a run goes, and what differs there. */
function describeFacts(engine: EngineFacts, rejected: readonly RejectedEngine[]): Diagnosis {
  const { uri, from, version, podman, rootless, limits } = engine
  const elsewhere = isElsewhere(engine.address)
  const differs = [
    ...rejected.map(each => ({ cause: describeRejected([each]), cure: each.cure })),
    ...(podman ? [podmanDiffers] : []),
    ...(elsewhere ? [elsewhereDiffers] : []),
    ...(limits.memory && limits.cpu ? [] : [limitsDiffer(rootless)]),
  ]
  return {
    part, status: 'ok', only: 'containers',
    found: [`${podman ? 'Podman ' : ''}${version}`, ...(rootless ? ['rootless'] : []), ...(elsewhere ? ['on another machine'] : []), `${uri} (${from})`].join(', '),
    cause: differs.map(({ cause }) => cause).join('\n') || undefined,
    cure: differs.map(({ cure }) => cure).join('\n') || undefined,
  }
}

const podmanDiffers = { cause: "Podman answers with Docker's API, and floodmark is tried on Docker Engine only", cure: 'where a run fails on it, compare with Docker Engine: sudo apt-get install docker.io' }

const elsewhereDiffers = {
  cause: 'its containers publish their ports on that machine, and its clock is another',
  cure: 'let this machine reach the ports that it publishes (32768 to 60999 by default); floodmark measures how far the clocks are apart',
}

function limitsDiffer(rootless: boolean): { cause: string; cure: string } {
  return {
    cause: 'limits of memory and CPU do not bite there, so the faults that set them cannot be done',
    cure: rootless
      ? 'with cgroup version 2, let systemd delegate them, then log in anew:\n  printf "[Service]\\nDelegate=cpu memory pids\\n" | sudo install -D /dev/stdin /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl daemon-reload'
      : 'boot with the kernel parameters cgroup_enable=memory swapaccount=1',
  }
}

function isElsewhere(address: EngineAddress): boolean {
  return 'host' in address && !/^(localhost|127\.|\[?::1)/.test(address.host)
}

async function diagnoseDisk({ dataRoot }: EngineFacts): Promise<Diagnosis> {
  const row = { part: "engine's disk", only: 'containers' } as const
  try {
    const { bavail, bsize } = await statfs(dataRoot)
    const found = `${dataRoot}, ${(bavail * bsize / 1024 ** 3).toFixed(1)} GiB free`
    if (bavail * bsize >= wantedFreeBytes) return { ...row, status: 'ok', found }
    return { ...row, status: 'broken', found, cause: 'images, and what containers write, may need 3 GiB', cure: 'docker system df says what is there, docker system prune removes what nothing uses; or give the engine a data-root on another disk (/etc/docker/daemon.json)' }
  } catch (error) {
    return { ...row, status: 'ok', found: `${dataRoot}, which cannot be looked at from here: ${causeOf(error)}` }
  }
}

/** Images that a run goes on without, and what is so then. */
const spared: Partial<Record<ImageName, string>> = {
  ryuk: "without it floodmark's own watchdog removes what a killed run leaves",
  k6: 'needed only for --engine k6',
}

async function diagnoseImage(engine: EngineAddress, name: ImageName, image: string, askRegistries: boolean): Promise<Diagnosis> {
  const row = { part: `image ${name}`, found: image, only: 'containers' } as const
  const there = await askEngine(engine, 'GET', `/images/${image}/json`, requestLimitMs)
  if (there.status === 200) return { ...row, status: 'ok' }
  if (name in spared) return { ...row, status: 'not needed', cause: `not on the engine; ${spared[name]}` }
  const missing = `not on the engine (${images[name].setting} names another)`
  if (!askRegistries) return { ...row, status: 'missing', cause: missing, cure: imageCure([image]) }
  const words = await wordsOfRegistry(engine, image)
  return words === undefined ? { ...row, status: 'will be pulled' } : { ...row, status: 'missing', cause: `${missing}, and cannot be pulled: ${words}`, cure: imageCure([image]) }
}

/** Why a registry does not give an image to this engine; undefined where it does. */
async function wordsOfRegistry(engine: EngineAddress, image: string): Promise<string | undefined> {
  try {
    const { status, body } = await askEngine(engine, 'GET', `/distribution/${image}/json`, requestLimitMs)
    return status === 200 ? undefined : String(body?.message ?? status)
  } catch (error) {
    return causeOf(error)
  }
}
