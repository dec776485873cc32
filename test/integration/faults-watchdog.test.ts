import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import { findTool } from '../../harness/environment/build-tool.ts'
import { createPortPicker } from '../../harness/environment/free-port.ts'
import { anyAlive, readProcess } from '../../harness/environment/process-tree.ts'
import { toxiproxyAt } from '../../harness/environment/toxiproxy.ts'
import { openJournal, type Journal } from '../../harness/faults/journal.ts'
import { startWatchdog } from '../../harness/faults/watchdog.ts'

const limitMs = 30_000
let folder: string
let journal: Journal | undefined
const children: ChildProcess[] = []

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'floodmark-watchdog-')) })
afterEach(() => {
  for (const child of children.splice(0)) endGroup(child)
  journal?.close()
  journal = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Its whole group, where it has one of its own: an idle process has a child. */
function endGroup(child: ChildProcess): void {
  child.kill('SIGKILL')
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // No group of its own, or nobody left in it.
  }
}

function start(command: string, args: string[], options: { detached?: boolean; cwd?: string } = {}): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  children.push(child)
  return child
}

/** A process that does nothing for ever, in a group of its own, with a child of its own. */
async function startIdle(): Promise<{ pid: number; startTime: string; childPid: number }> {
  const nested = "process.stdout.write(String(require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).pid)); setInterval(() => {}, 1000)"
  const child = start(process.execPath, ['-e', nested], { detached: true })
  const [childPid] = await once(child.stdout!, 'data')
  return { pid: child.pid!, startTime: readProcess(child.pid!)!.startTime, childPid: Number(childPid) }
}

const stateOf = (pid: number): string => readProcess(pid)?.state ?? 'gone'
const watchdogLog = (): string => readFileSync(join(folder, 'watchdog.log'), 'utf8')

test('a harness killed in the middle of a cut, a slow link and a pause leaves no process, no port and no data behind', async () => {
  const harness = start(process.execPath, [fileURLToPath(new URL('../fixtures/faults/harness.ts', import.meta.url)), folder])
  const [line] = await Promise.race([once(createInterface(harness.stdout!), 'line'), once(harness, 'exit').then(([code]) => { throw new Error(`the harness ended with ${code}`) })])
  const { watchdog, pids } = JSON.parse(line) as { watchdog: number; pids: number[] }
  // Toxiproxy, NATS, PostgreSQL with its own children, the intake.
  expect(pids.length).toBeGreaterThan(4)
  expect(pids.filter(pid => stateOf(pid) === 'T').length).toBeGreaterThan(1)
  expect(readdirSync(folder).filter(name => name.startsWith('floodmark-data-')).length + readdirSync(tmpdir()).filter(name => name.startsWith('floodmark-data-')).length).toBeGreaterThan(0)

  harness.kill('SIGKILL')
  await until('the watchdog ended', limitMs, () => !anyAlive([watchdog]) || undefined)
  expect(anyAlive(pids)).toBe(false)
  expect(watchdogLog()).toContain('the harness is gone')
  expect(watchdogLog()).toContain('nothing left to undo')
  const removed = /"remove-folder","path":"([^"]+)"/.exec(watchdogLog())![1]
  expect(existsSync(removed)).toBe(false)
  expect(watchdogLog().match(/SIGCONT|enable-proxy|remove-toxics/g)).toHaveLength(3)
}, 120_000)

test('a proxy that outlives the harness has no toxic left and is enabled again, and a paused process goes on', async () => {
  const { path } = await findTool('toxiproxy-server', () => {})
  const pickPort = createPortPicker()
  const port = await pickPort()
  start(path, ['-host', '127.0.0.1', '-port', String(port)])
  const api = `http://127.0.0.1:${port}`
  const toxiproxy = toxiproxyAt(api)
  await until('toxiproxy answers', limitMs, () => toxiproxy.version())
  const paused = await startIdle()
  for (const name of ['a->b', 'a->c']) await toxiproxy.createProxy({ name, listen: `127.0.0.1:${await pickPort()}`, upstream: '127.0.0.1:1' })

  const watchdog = await startWatchdog(folder)
  journal = openJournal(folder)
  journal.add({ do: 'remove-toxics', api, proxy: 'a->b' })
  await toxiproxy.addToxic('a->b', { name: 'one', type: 'latency', stream: 'downstream', attributes: { latency: 9_000 } })
  await toxiproxy.addToxic('a->b', { name: 'two', type: 'latency', stream: 'upstream', attributes: { latency: 9_000 } })
  journal.add({ do: 'enable-proxy', api, proxy: 'a->c' })
  await toxiproxy.setEnabled('a->c', false)
  journal.add({ do: 'signal', pid: paused.pid, startTime: paused.startTime, signal: 'SIGCONT' })
  process.kill(-paused.pid, 'SIGSTOP')
  await until('paused', limitMs, () => stateOf(paused.childPid) === 'T' || undefined)

  await watchdog.release()
  expect((await toxiproxy.proxy('a->b')).toxics).toEqual([])
  expect((await toxiproxy.proxy('a->c')).enabled).toBe(true)
  await until('running again', limitMs, () => (stateOf(paused.pid) !== 'T' && stateOf(paused.childPid) !== 'T') || undefined)
  expect(watchdogLog()).toContain('released by the harness')
}, 120_000)

test('a proxy that hangs does not keep the processes from being ended, and a torn journal costs its last line only', async () => {
  const hung: Server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(hung, 'listening')
  const api = `http://127.0.0.1:${(hung.address() as AddressInfo).port}`
  const idle = await startIdle()
  const other = await startIdle()
  const watchdog = await startWatchdog(folder)
  journal = openJournal(folder)
  journal.add({ do: 'signal', pid: idle.pid, startTime: idle.startTime, signal: 'SIGKILL' })
  // The same pid at another time is another process.
  journal.add({ do: 'signal', pid: other.pid, startTime: '1', signal: 'SIGKILL' })
  for (let proxy = 0; proxy < 20; proxy += 1) journal.add({ do: 'enable-proxy', api, proxy: `proxy ${proxy}` })
  journal.add({ do: 'enable-proxy', api, proxy: 'torn' })
  truncateSync(join(folder, 'journal.jsonl'), readFileSync(join(folder, 'journal.jsonl')).length - 3)

  await watchdog.release()
  hung.closeAllConnections()
  hung.close()
  expect(anyAlive([idle.pid, idle.childPid])).toBe(false)
  expect(anyAlive([other.pid, other.childPid])).toBe(true)
  expect(watchdogLog()).toMatch(/journal: its last line is torn/)
  expect(watchdogLog().match(/failed: toxiproxy/g)).toHaveLength(1)
}, 60_000)

test('only a folder of a run is ever removed', async () => {
  const mine = join(folder, 'floodmark-data-1')
  const precious = join(folder, 'precious')
  for (const path of [mine, precious]) mkdirSync(path)
  const watchdog = await startWatchdog(folder)
  journal = openJournal(folder)
  for (const path of [mine, precious, 'floodmark-relative']) journal.add({ do: 'remove-folder', path })
  await watchdog.release()
  expect([existsSync(mine), existsSync(precious)]).toEqual([false, true])
}, 60_000)

test('what was done is not undone again, and a watchdog that dies early says so', async () => {
  const idle = await startIdle()
  const watchdog = await startWatchdog(folder)
  journal = openJournal(folder)
  journal.done(journal.add({ do: 'signal', pid: idle.pid, startTime: idle.startTime, signal: 'SIGKILL' }))
  const deaths: string[] = []
  watchdog.onDeath(how => deaths.push(how))
  await watchdog.release()
  await watchdog.release()
  expect(anyAlive([idle.pid])).toBe(true)
  expect(deaths).toEqual([])

  const second = await startWatchdog(folder)
  second.onDeath(how => deaths.push(how))
  process.kill(second.pid, 'SIGKILL')
  await until('its death is told', limitMs, () => deaths[0])
  expect(deaths).toEqual(['signal SIGKILL'])
  await second.release()
}, 60_000)
