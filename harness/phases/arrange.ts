import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { monotonicMs } from '../clock.ts'
import { startServers, type Servers } from '../destination/servers.ts'
import type { Death, Environment } from '../environment/environment.ts'
import { arrangeLocal } from '../environment/local.ts'
import { readProcess } from '../environment/process-tree.ts'
import { openJournal, type Journal } from '../faults/journal.ts'
import { startWatchdog } from '../faults/watchdog.ts'
import { createHistory, type History } from '../history/history.ts'
import type { Engine } from '../load/engine.ts'
import { startNativeEngine } from '../load/native/engine.ts'
import type { RunOptions } from '../run.ts'
import type { Prepared } from '../scenario/prepare.ts'
import type { Planned } from './plan.ts'
import type { RunFolder } from './run-folder.ts'

/** Everything that lives while events flow. Disposing it ends it all, in the reverse order of its start. */
export interface Arranged extends AsyncDisposable {
  history: History
  journal: Journal
  servers: Servers
  environment: Environment
  engine: Engine
  /** Everything that ended without having been asked to, so far. */
  deaths: Death[]
}

/** Phase 2: starts the watchdog, the destinations, the system with its links, and the load engine. */
export async function arrange(prepared: Prepared, { plan, corpusSettings }: Planned, folder: RunFolder, options: RunOptions): Promise<Arranged> {
  const { system, load } = prepared
  const { progress, signal } = options
  const started: (() => Promise<void>)[] = []
  const deaths: Death[] = []
  const secret = system.intake.secret ?? randomBytes(24).toString('hex')
  const adminToken = randomBytes(24).toString('hex')

  async function stopAll(): Promise<void> {
    const failures: unknown[] = []
    for (const stop of started.splice(0).toReversed()) await stop().catch(error => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'some of what was started could not be stopped')
  }

  try {
    const watchdog = await startWatchdog(folder.path)
    started.push(() => watchdog.release())
    const journal = openJournal(folder.path)
    started.push(async () => journal.close())
    const history = createHistory(plan.eventCount, Object.keys(system.destinations).length, monotonicMs())

    const servers = await startServers({
      plan, history, adminToken,
      scenarioFile: prepared.scenario.file,
      systemFile: prepared.systemFile,
      timeScale: load.timeScale,
      logFile: join(folder.logs, 'destinations.log'),
      onStart: pid => journal.add({ do: 'signal', pid, startTime: readProcess(pid)!.startTime, signal: 'SIGKILL' }),
      onDeath: (how, lastLines) => deaths.push({ name: 'destinations', harness: true, how, lastLines, atMs: monotonicMs() }),
    })
    started.push(() => servers.stop())
    progress.line(`destinations ready: ${Object.keys(system.destinations).join(', ')}`)

    const environment = await arrangeLocal({
      system, secret, adminToken, journal, signal,
      folder: folder.path,
      links: options.links,
      timeScale: load.timeScale,
      servers: servers.ports,
      allowedHosts: options.allowedHosts,
      progress: line => progress.line(line),
    })
    started.push(() => environment.stop())
    environment.onDeath(death => deaths.push(death))

    const engine = await startNativeEngine({
      plan, history, secret,
      corpus: corpusSettings,
      url: environment.intakeUrl,
      retries: load.retries,
      timeScale: load.timeScale,
      maxSockets: load.maxSockets,
      refusedStatuses: system.intake.refusedStatuses,
      attemptsFile: folder.attemptsFile,
    })
    started.push(() => engine.close())
    return { history, journal, servers, environment, engine, deaths, [Symbol.asyncDispose]: stopAll }
  } catch (error) {
    await stopAll().catch(() => {})
    throw error
  }
}
