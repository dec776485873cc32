import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { UndoStep } from '../../harness/environment/undo-step.ts'
import { readProcess } from '../../harness/environment/process-tree.ts'
import { undoJournal } from '../../harness/faults/undo-journal.ts'
import { removeRun } from '../../harness/environment/containers/remove-run.ts'
import { bootId, noteUndone, openJournal, readJournal } from '../../harness/faults/journal.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'floodmark-journal-')) })
afterEach(() => rmSync(folder, { recursive: true }))

const resume: UndoStep = { do: 'signal', pid: 4711, startTime: '99', signal: 'SIGCONT' }
const remove: UndoStep = { do: 'remove-containers', engine: { host: 'build', port: 2376, certificates: '/home/me/.docker' }, runId: 'a-run' }
const enable: UndoStep = { do: 'enable-proxy', api: 'http://127.0.0.1:1', proxy: 'intake->queue' }

test('what was added and not done is undone, in the order it was added', () => {
  const journal = openJournal(folder)
  const first = journal.add(resume)
  const second = journal.add(enable)
  const third = journal.add(resume)
  journal.done(second)
  journal.close()
  journal.close()
  expect(readJournal(folder)).toEqual({ owner: { pid: process.pid, startTime: expect.any(String), bootId: bootId() }, undone: [{ id: first, step: resume }, { id: third, step: resume }], unreadable: [], torn: false })
})

test('a step is on disk when add returns', () => {
  const journal = openJournal(folder)
  journal.add(enable)
  expect(readJournal(folder).undone).toHaveLength(1)
  journal.close()
})

test('a torn last line loses nothing but itself, and is told', () => {
  const journal = openJournal(folder)
  journal.add(resume)
  journal.add(enable)
  journal.close()
  const file = join(folder, 'journal.jsonl')
  truncateSync(file, readFileSync(file).length - 9)
  expect(readJournal(folder)).toMatchObject({ undone: [{ step: resume }], unreadable: [], torn: true })
})

test('damage in the middle costs only the damaged lines', () => {
  const journal = openJournal(folder)
  journal.add(resume)
  appendFileSync(join(folder, 'journal.jsonl'), '\0\0\0\nnull\n{"id":7,"step":{"do":"format-disk"}}\n{"id":8,"step":{"do":"signal","pid":1,"startTime":"1","signal":"SIGKILL"}}\n{"id":9,"step":{"do":"remove-containers","engine":{"port":1},"runId":"a-run"}}\n')
  journal.add(enable)
  journal.add(remove)
  journal.close()
  const { undone, unreadable } = readJournal(folder)
  expect(undone.map(({ step }) => step)).toEqual([resume, enable, remove])
  expect(unreadable).toHaveLength(5)
})

test('no journal is an empty one, and a second journal in one folder is refused', () => {
  expect(readJournal(folder)).toEqual({ owner: undefined, undone: [], unreadable: [], torn: false })
  openJournal(folder).close()
  expect(() => openJournal(folder)).toThrow('EEXIST')
})

test('what was undone later is written behind a torn line too', () => {
  const journal = openJournal(folder)
  const first = journal.add(resume)
  journal.add(enable)
  journal.close()
  const file = join(folder, 'journal.jsonl')
  truncateSync(file, readFileSync(file).length - 9)
  noteUndone(folder, [first])
  expect(readJournal(folder)).toMatchObject({ undone: [], unreadable: [], torn: false })
})

test('what died with an earlier boot of the machine is left alone, whoever has its pid now; its folders are not', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  try {
    await once(child, 'spawn')
    const data = mkdtempSync(join(folder, 'floodmark-data-'))
    const journal = openJournal(folder)
    journal.add({ do: 'signal', pid: child.pid!, startTime: readProcess(child.pid!)!.startTime, signal: 'SIGKILL' })
    journal.add({ do: 'remove-folder', path: data })
    journal.close()
    const state = readJournal(folder)
    const told: string[] = []
    const { failures } = await undoJournal(folder, { ...state, owner: { ...state.owner!, bootId: 'another' } }, ({ outcome }) => void told.push(outcome))
    expect({ failures, told }).toEqual({ failures: 0, told: ['removed', 'gone: the machine has been started anew since'] })
    expect(existsSync(data)).toBe(false)
    expect(readProcess(child.pid!)?.state).not.toBe('Z')
    expect(readJournal(folder).undone).toEqual([])
  } finally {
    child.kill('SIGKILL')
  }
})

test('a damaged journal names one run of an engine or none, and an engine that is gone is said to be', async () => {
  const engine = { socketPath: join(folder, 'docker.sock') }
  for (const runId of ['', '"],"x":["', 'a run']) await expect(removeRun(engine, runId)).rejects.toThrow('no run\'s id')
  await expect(removeRun(engine, 'a-run')).rejects.toThrow(`no engine at unix://${engine.socketPath}`)
})
