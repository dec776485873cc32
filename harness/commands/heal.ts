// `floodmark heal`: after a power cut, or when harness and watchdog were killed together, takes away what runs left in force.
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describeEngine } from '../environment/containers/engine-request.ts'
import { runLabel } from '../environment/containers/remove-run.ts'
import { readProcess } from '../environment/process-tree.ts'
import type { UndoStep } from '../environment/undo-step.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { ExitName } from '../exit-codes.ts'
import { bootId, journalFile, readJournal, type JournalState } from '../faults/journal.ts'
import { undoJournal, type Undone } from '../faults/undo-journal.ts'

/** What came of one run's folder. */
interface Healed {
  folder: string
  /** `clean`: nothing was left. `running`: its harness is alive, so nothing was touched. `unclear`: something failed or could not be known. */
  state: 'clean' | 'healed' | 'running' | 'unclear'
  undone: Undone[]
  /** Lines of the journal that say nothing any more. */
  lost: string[]
  /** What to look at by hand, and how. */
  check: string[]
}

/** Heals the named run folders, or every run under `out`. Ends `unknown` where something could not be undone or known. */
export async function heal(folders: readonly string[], { out, json = false }: { out: string; json?: boolean }): Promise<ExitName> {
  const results: Healed[] = []
  for (const folder of folders.length > 0 ? folders : await runFolders(out)) {
    const result = await healRun(resolve(folder))
    results.push(result)
    if (!json) process.stdout.write(renderHealed(result))
  }
  const unclear = results.filter(result => result.state === 'unclear').length
  if (json) process.stdout.write(`${JSON.stringify({ healed: unclear === 0, runs: results })}\n`)
  else process.stdout.write(`${summaryOf(results, unclear)}\n`)
  return unclear === 0 ? 'pass' : 'unknown'
}

async function runFolders(out: string): Promise<string[]> {
  try {
    const names = (await readdir(out, { withFileTypes: true })).filter(entry => entry.isDirectory()).map(entry => join(out, entry.name))
    return names.filter(folder => existsSync(join(folder, journalFile))).toSorted()
  } catch (error) {
    throw new FloodmarkError('usage', `cannot read ${resolve(out)}: ${causeOf(error)}`, { hint: 'name the folder that the runs are in with --out, or the run folders themselves', cause: error })
  }
}

async function healRun(folder: string): Promise<Healed> {
  if (!existsSync(join(folder, journalFile))) throw new FloodmarkError('usage', `${folder} is no run folder: it has no ${journalFile}`, { hint: 'name a folder such as runs/20261127-170000-123-queue-outage' })
  const journal = readJournal(folder)
  if (isAlive(journal)) return { folder, state: 'running', undone: [], lost: [], check: [`press Ctrl-C where it runs, or: kill -INT ${journal.owner!.pid}`] }
  const undone: Undone[] = []
  await undoJournal(folder, journal, each => void undone.push(each))
  const failed = undone.filter(each => each.failed)
  const check = [...failed.map(each => byHand(each.step)), ...(journal.unreadable.length > 0 ? whereToLook : [])]
  const state = check.length > 0 ? 'unclear' : undone.length > 0 ? 'healed' : 'clean'
  return { folder, state, undone, lost: journal.unreadable, check }
}

function isAlive({ owner }: JournalState): boolean {
  return owner !== undefined && owner.bootId === bootId() && readProcess(owner.pid)?.startTime === owner.startTime
}

function byHand(step: UndoStep): string {
  switch (step.do) {
    case 'enable-proxy':
    case 'remove-toxics':
      return `proxy ${step.proxy}: curl ${step.api}/proxies shows whether it is enabled and has toxics; ending toxiproxy-server ends them all`
    case 'signal':
      return `process ${step.pid}: ps -o pid,stat,args -p ${step.pid} shows whether it is still there (stat T: paused); kill -${step.signal.slice(3)} ${step.pid}`
    case 'remove-folder':
      return `folder ${step.path}: remove it`
    case 'remove-containers':
      return `containers of ${describeEngine(step.engine)}: heal again once that engine runs, or by hand: export DOCKER_HOST=${describeEngine(step.engine)}; docker ps -aq --filter label=${runLabel}=${step.runId} | xargs -r docker rm -fv`
  }
}

/** What a lost line may have announced: any step there is. */
const whereToLook = [
  'processes that were left: ps -eo pid,stat,args | grep -E "nats-server|toxiproxy-server|postgres|k6" (stat T: paused, kill -CONT ends that)',
  'data that was left: ls -d "${TMPDIR:-/tmp}"/floodmark-*',
  `containers that were left: docker ps -a --filter label=${runLabel}; networks and volumes the same way: docker network ls, docker volume ls`,
  'faults that are still in force end with the toxiproxy-server that they stand in',
]

function renderHealed({ folder, state, undone, lost, check }: Healed): string {
  if (state === 'clean') return ''
  const headings = { healed: 'healed', running: 'still running, not touched', unclear: 'not everything could be healed' }
  return [
    `${folder}: ${headings[state]}`,
    ...undone.map(({ step, outcome, failed }) => `  ${failed ? '✗' : '✓'} ${describeStep(step)}: ${outcome}`),
    ...lost.map(line => `  ? the journal is damaged, ${line}`),
    ...check.map(line => `  → ${line}`),
  ].join('\n') + '\n'
}

function describeStep(step: UndoStep): string {
  switch (step.do) {
    case 'enable-proxy':
      return `enable proxy ${step.proxy}`
    case 'remove-toxics':
      return `remove the toxics of ${step.proxy}`
    case 'signal':
      return step.signal === 'SIGCONT' ? `resume process ${step.pid}` : `end process ${step.pid} and what it started`
    case 'remove-folder':
      return `remove ${step.path}`
    case 'remove-containers':
      return `remove the run's containers, volumes and networks from ${describeEngine(step.engine)}`
  }
}

function summaryOf(results: readonly Healed[], unclear: number): string {
  const count = (state: Healed['state']): number => results.filter(result => result.state === state).length
  if (unclear > 0) return `${unclear} of ${results.length} runs need a look by hand: see the lines marked →.`
  return `${results.length} run${results.length === 1 ? '' : 's'} looked at: ${count('healed')} healed, ${count('clean')} had nothing left, ${count('running')} still running.`
}
