// What a dead harness left on the engine is removed without it: by its watchdog, and by `floodmark heal` where that died too.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sleep } from '../../harness/clock.ts'
import { findEngine } from '../../harness/environment/containers/find-engine.ts'
import { removeRun, runLabel } from '../../harness/environment/containers/remove-run.ts'
import { imageOf } from '../../harness/environment/images/images.ts'
import type { UndoStep } from '../../harness/environment/undo-step.ts'
import { openJournal, readJournal } from '../../harness/faults/journal.ts'
import { undoJournal } from '../../harness/faults/undo-journal.ts'
import { startWatchdog } from '../../harness/faults/watchdog.ts'

const { engine, client: { container: { dockerode: docker } } } = await findEngine()
let folder: string
let runId: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'floodmark-undo-'))
  runId = `undo-${randomUUID()}`
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await removeRun(engine.address, runId, { quietMs: 0 })
})

const stepOf = (): UndoStep => ({ do: 'remove-containers', engine: engine.address, runId })
const labelled = (run: string): { label: string[] } => ({ label: [`${runLabel}=${run}`] })

async function create(run: string, more: object = {}): Promise<ReturnType<typeof docker.getContainer>> {
  return await docker.createContainer({ Image: imageOf('nats'), Labels: { [runLabel]: run }, ...more })
}

/** One container of each state that a run can leave it in, in a network of its own, with a volume that has a name and one that has none. */
async function leaveAll(run: string): Promise<{ anonymousVolume: string }> {
  const network = `floodmark-${run}`
  await docker.createNetwork({ Name: network, Labels: { [runLabel]: run } })
  await docker.createVolume({ Name: `floodmark-${run}`, Labels: { [runLabel]: run } })
  const [running, paused, stopped] = await Promise.all(['running', 'paused', 'stopped'].map(name => create(run, {
    name: `floodmark-${run}-${name}`, Volumes: { '/data': {} }, HostConfig: { NetworkMode: network, Binds: [`floodmark-${run}:/named`] },
  })))
  await Promise.all([running, paused, stopped].map(container => container.start()))
  await paused.pause()
  await stopped.kill()
  await create(run)
  return { anonymousVolume: (await running.inspect()).Mounts.find(({ Destination }) => Destination === '/data')!.Name! }
}

async function leftOf(run: string): Promise<string[]> {
  const filters = labelled(run)
  const [containers, networks, { Volumes }] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters }), docker.listVolumes({ filters })])
  return [...containers.map(({ Names }) => Names[0]), ...networks.map(({ Name }) => Name), ...(Volumes ?? []).map(({ Name }) => Name)]
}

test('the watchdog removes containers of every state, networks and volumes, also what the engine was still making, and nothing of another run', async () => {
  const other = `undo-${randomUUID()}`
  try {
    await create(other)
    const watchdog = await startWatchdog(folder)
    const journal = openJournal(folder)
    journal.add(stepOf())
    const { anonymousVolume } = await leaveAll(runId)
    expect(await leftOf(runId)).toHaveLength(6)
    const released = watchdog.release()
    await sleep(1_000)
    await create(runId)
    await released
    journal.close()
    expect(await leftOf(runId)).toEqual([])
    await expect(docker.getVolume(anonymousVolume).inspect()).rejects.toMatchObject({ statusCode: 404 })
    expect(await leftOf(other)).toHaveLength(1)
    expect(readFileSync(join(folder, 'watchdog.log'), 'utf8')).toMatch(/"remove-containers".*: removed 5 containers, 1 volume, 1 network\n.*nothing left to undo/)
  } finally {
    await removeRun(engine.address, other, { quietMs: 0 })
  }
})

test('containers outlive the next start of the machine, so they are removed after it too', async () => {
  const journal = openJournal(folder)
  journal.add(stepOf())
  journal.close()
  await create(runId)
  const state = readJournal(folder)
  const told: string[] = []
  expect(await undoJournal(folder, { ...state, owner: { ...state.owner!, bootId: 'another' } }, ({ outcome }) => void told.push(outcome))).toEqual({ failures: 0 })
  expect(told).toEqual(['removed 1 container'])
  expect(await leftOf(runId)).toEqual([])
})

test('removing twice at the same time, as Ryuk and the watchdog may, does no harm', async () => {
  await leaveAll(runId)
  await Promise.all([removeRun(engine.address, runId), removeRun(engine.address, runId)])
  expect(await leftOf(runId)).toEqual([])
})
