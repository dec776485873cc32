import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { monotonicMs } from '../clock.ts'
import { describeOffset } from '../destination/clock-offset.ts'
import { startServers, type Servers, type ServersOptions } from '../destination/servers.ts'
import type { Death } from '../environment/environment.ts'
import { environments } from '../environment/environments.ts'
import { platform } from '../environment/links.ts'
import { FloodmarkError } from '../errors.ts'
import type { Disturbed } from '../faults/fault.ts'
import { probeFaultPaths } from '../faults/fault-paths.ts'
import { openJournal, type Journal } from '../faults/journal.ts'
import { startWatchdog } from '../faults/watchdog.ts'
import { createHistory, type History } from '../history/history.ts'
import type { Engine } from '../load/engine.ts'
import { engines } from '../load/engines.ts'
import type { RunOptions } from '../run-options.ts'
import type { Prepared } from '../scenario/prepare.ts'
import type { Planned } from './plan.ts'
import type { RunFolder } from './run-folder.ts'
import { createTeardown } from '../teardown.ts'

/** Everything that lives while events flow. Disposing it ends it all, in the reverse order of its start. */
export interface Arranged extends AsyncDisposable {
  history: History
  journal: Journal
  servers: Servers
  /** With the harness's own ends of its links. */
  environment: Disturbed
  engine: Engine
  /** Everything that ended without having been asked to, so far. */
  deaths: Death[]
}

/** Phase 2: starts the watchdog, the destinations, the system with its links, and the load engine; probes the path of every fault. */
export async function arrange(prepared: Prepared, planned: Planned, folder: RunFolder, options: RunOptions): Promise<Arranged> {
  const { system, load } = prepared
  const { plan } = planned
  const { progress } = options
  const teardown = createTeardown()
  const deaths: Death[] = []
  const ownDeath = (name: string) => (how: string, lastLines: string[] = []): void => void deaths.push({ name, harness: true, how, lastLines, atMs: monotonicMs() })
  const secret = system.intake.secret ?? randomBytes(24).toString('hex')
  const nextSecret = system.intake.nextSecret ?? randomBytes(24).toString('hex')
  const adminToken = randomBytes(24).toString('hex')

  try {
    const startEngine = await engines[prepared.engine].prepare({ environment: prepared.environment, progress: line => progress.line(line), signal: options.signal })
    const watchdog = await startWatchdog(folder.path)
    teardown.add(() => watchdog.release())
    watchdog.onDeath(ownDeath('watchdog'))
    const journal = openJournal(folder.path)
    teardown.add(() => journal.close())
    const history = createHistory(plan.eventCount, Object.keys(system.destinations).length, monotonicMs())

    const ground = await environments[prepared.environment].prepare({
      system, journal,
      scenarioFile: prepared.scenario.file,
      systemFile: prepared.systemFile,
      faults: prepared.faults,
      engine: prepared.engine,
      runId: folder.runId,
      folder: folder.path,
      links: options.links,
      progress: line => progress.line(line),
      signal: options.signal,
    })
    teardown.add(() => ground.stop())
    const servers = await startServers(serversOptions(prepared, planned, folder, { history, adminToken, journal, startProgram: ground.startServers, onDeath: ownDeath('destinations') }))
    teardown.add(() => servers.stop())
    progress.line(`destinations ready: ${Object.keys(system.destinations).join(', ')}${describeOffset(servers.clock)}`)

    const started = await ground.arrange({
      system, secret, nextSecret, adminToken, journal,
      folder: folder.path,
      links: options.links,
      timeScale: load.timeScale,
      topics: load.topics,
      servers: servers.upstreams,
      allowedHosts: options.allowedHosts,
      progress: line => progress.line(line),
      signal: options.signal,
    })
    teardown.add(() => started.stop())
    started.onDeath(death => deaths.push(death))

    const engine = await startEngine({
      plan, history, secret, nextSecret,
      corpus: planned.corpusSettings,
      url: started.intakeUrl,
      retries: load.retries,
      timeScale: load.timeScale,
      maxSockets: load.maxSockets,
      senders: load.senders,
      refusedStatuses: system.intake.refusedStatuses,
      attemptsFile: folder.attemptsFile,
    }, {
      journal,
      shape: load.shape,
      folder: folder.path,
      logs: folder.logs,
      inside: ground.startK6 && { startK6: ground.startK6, intake: started.links.get(`${platform}->${system.roles.intake}`)!.listen },
      onDeath: ownDeath(prepared.engine),
    })
    teardown.add(() => engine.close())
    const environment: Disturbed = { ...started, ends: { servers, destinations: system.destinations, sender: engine } }
    await refuseUnseenFaults(prepared, environment)
    return { history, journal, servers, environment, engine, deaths, [Symbol.asyncDispose]: () => teardown.run() }
  } catch (error) {
    // What failed first is what the user must hear of.
    await teardown.run().catch(() => {})
    throw error
  }
}

function serversOptions(prepared: Prepared, { plan }: Planned, folder: RunFolder, more: Pick<ServersOptions, 'history' | 'adminToken' | 'onDeath' | 'journal' | 'startProgram'>): ServersOptions {
  return {
    plan, ...more,
    scenarioFile: prepared.scenario.file,
    systemFile: prepared.systemFile,
    timeScale: prepared.load.timeScale,
    logFile: join(folder.logs, 'destinations.log'),
  }
}

/** A fault that no probe could see would make the run invalid after the flood: better said before it. */
async function refuseUnseenFaults({ faults }: Prepared, environment: Disturbed): Promise<void> {
  const problems = await probeFaultPaths(environment, faults)
  if (problems.length === 0) return
  throw new FloodmarkError('unavailable', 'some faults could not be seen here, so the run would prove nothing', { evidence: problems, hint: 'give the component a `ready` probe that answers, or leave the fault out' })
}
