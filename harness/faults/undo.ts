// Undoing without the harness: the watchdog's hands. Every step has a bound and can be done twice; one that fails never keeps the next from its turn.
import { rmSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'
import { sleep } from '../clock.ts'
import { removeRun } from '../environment/containers/remove-run.ts'
import { anyAlive, signalTree } from '../environment/process-tree.ts'
import { removeAllSharedMemory } from '../environment/shared-memory.ts'
import { toxiproxyAt } from '../environment/toxiproxy.ts'
import type { UndoStep } from '../environment/undo-step.ts'
import { accepts } from './probe.ts'

const apiLimitMs = 1_000
const deathLimitMs = 2_000
const deathPollMs = 20
const goneLooks = 5
const gonePollMs = 50

/** Does one step and says what came of it. Throws where it failed: within about two seconds, `remove-containers` within 35. */
export async function undo(step: UndoStep): Promise<string> {
  switch (step.do) {
    case 'enable-proxy':
      return await unlessGone(step.api, () => enableProxy(step.api, step.proxy))
    case 'remove-toxics':
      return await unlessGone(step.api, () => removeToxics(step.api, step.proxy))
    case 'signal':
      return await signal(step)
    case 'remove-folder':
      return await removeFolder(step.path)
    case 'remove-containers':
      return await removeRun(step.engine, step.runId)
  }
}

/** A proxy server that has ended took its faults with it; it may end in the middle of a call, as its log had gone to the harness. */
async function unlessGone(api: string, work: () => Promise<string>): Promise<string> {
  try {
    return await work()
  } catch (error) {
    for (let look = 0; look < goneLooks; look += 1) {
      if (!await accepts({ probeAt: new URL(api).host }, apiLimitMs)) return 'toxiproxy itself is gone'
      await sleep(gonePollMs)
    }
    throw error
  }
}

async function enableProxy(api: string, proxy: string): Promise<string> {
  await toxiproxyAt(api).setEnabled(proxy, true, apiLimitMs)
  return 'enabled'
}

async function removeToxics(api: string, proxy: string): Promise<string> {
  const toxiproxy = toxiproxyAt(api)
  const { toxics } = await toxiproxy.proxy(proxy, apiLimitMs)
  for (const { name } of toxics) await toxiproxy.removeToxic(proxy, name, apiLimitMs)
  return toxics.length === 0 ? 'no toxic left' : `removed ${toxics.map(toxic => toxic.name).join(', ')}`
}

async function signal({ pid, startTime, signal }: Extract<UndoStep, { do: 'signal' }>): Promise<string> {
  const pids = signalTree(pid, startTime, signal)
  if (pids.length === 0) return 'no such process any more'
  const polls = signal === 'SIGKILL' ? deathLimitMs / deathPollMs : 0
  for (let poll = 0; poll < polls && anyAlive(pids); poll += 1) await sleep(deathPollMs)
  if (signal === 'SIGKILL' && anyAlive(pids)) throw new Error(`some of ${pids.join(', ')} still there after ${deathLimitMs} ms`)
  return `sent to ${pids.join(', ')}`
}

async function removeFolder(path: string): Promise<string> {
  // A damaged journal must never be able to name anything but a folder that a run made for itself.
  if (!isAbsolute(path) || !basename(path).startsWith('floodmark-')) throw new Error('not a folder of a run: its name does not start with floodmark-')
  // Only the folder knows of it.
  await removeAllSharedMemory(path)
  rmSync(path, { recursive: true, force: true })
  return 'removed'
}
