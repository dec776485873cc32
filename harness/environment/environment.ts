import type { Ready, System } from '../scenario/system.ts'
import type { ContainerControl } from './container-control.ts'
import type { Life } from './life.ts'
import type { UndoStep } from './undo-step.ts'

/**
 * A started system: components up, every link in place. Local processes and containers are two makers of this one shape.
 * Names of components and destinations are the system's own; roles have been resolved before.
 */
export interface Environment {
  readonly kind: 'local' | 'containers'
  readonly components: ReadonlyMap<string, StartedComponent>
  readonly links: ReadonlyMap<string, Link>
  /** Components that are a cluster, by the component's name; their nodes are components of their own. */
  readonly clusters: ReadonlyMap<string, Cluster>
  /** Where the platform sends its webhooks: through the link `platform->intake`, or directly with `--links direct`. */
  readonly intakeUrl: string
  /** Versions of what runs here: node, nats-server, postgres, toxiproxy. */
  readonly versions: Readonly<Record<string, string>>
  /** Called when a component or a part of the harness's own (`harness: true`) ends without having been asked to. */
  onDeath(listener: (death: Death) => void): void
  /** CPU and memory of every process so far, the dead ones included. */
  usage(): Promise<ProcessUsage[]>
  /** Ends everything in order, within a bound; safe to call twice. */
  stop(): Promise<void>
}

export interface Death {
  name: string
  harness: boolean
  how: string
  /** Last lines of its log. */
  lastLines: string[]
  atMs: number
}

export interface ProcessUsage {
  name: string
  cpuMicroseconds: number
  peakRssBytes: number
}

/** A cluster as its nodes see it: asked directly, past every link. Each call throws where no answer came within the limit. */
export interface Cluster {
  readonly name: string
  readonly nodes: readonly string[]
  /** The node that leads the busiest stream, or the cluster's own group where there is no stream yet. */
  leader(limitMs: number): Promise<{ node: string; of: string }>
  /** The nodes that a node has a route to. */
  routesOf(node: string, limitMs: number): Promise<string[]>
  /** Whether a node has caught up with all that it keeps a copy of, in its own words; throws with what it waits for. */
  inSync(node: string, limitMs: number): Promise<string>
}

export interface StartedComponent {
  readonly name: string
  /** False for what already ran: no fault can be done to it. */
  readonly managed: boolean
  /** The life that it has now, or had last; undefined before the first, and for what already ran. */
  readonly life: Life | undefined
  /** Where it is a process of this machine that runs now. */
  readonly pid: number | undefined
  readonly logFile: string | undefined
  /** SIGKILL to all its processes; resolves when they are gone. The death counts as asked for. */
  kill(): Promise<string>
  /** Asks it to end, as a deploy does, and kills it where it has not within the limit: says how it ended and how long that took. The death counts as asked for. */
  shutDown(limitMs: number): Promise<string>
  /** Starts it again on the same port and data; resolves when it is ready. */
  restart(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** What can be done to it because it runs in a container; undefined where it does not. */
  readonly container: ContainerControl | undefined
  /** Whether its deaths from now on count as asked for: a fault kills it in ways of its own. */
  expectDeaths(expected: boolean): void
  /** One real request to it, past every link: what answered, or throws. */
  probe(timeoutMs: number): Promise<string>
}

export interface Link {
  /** `from->to` in the system's names; the platform's link to the intake is `platform-><intake>`. */
  readonly name: string
  readonly from: string
  readonly to: string
  /** `host:port` that `from` connects to. In containers that is a name of the run's own network. */
  readonly listen: string
  /** `host:port` where the harness comes through the same proxy from where it stands itself: `listen`, the proxy's address on the run's own network, or a published port of it. */
  readonly probeAt: string
  /** Whether that is a published port: the engine accepts there what the proxy refuses, and passes a reset on as a plain close. */
  readonly published?: boolean
  /** Where the proxy connects to, as it sees the others. */
  readonly upstream: string
  readonly protocol: 'nats' | 'postgres' | 'http' | 'tcp'
  /** Toxiproxy's API as the harness reaches it, the proxy's name, and what the proxy listens on; undefined with `--links direct`, where no fault on a link can be done. */
  readonly proxy: { api: string; name: string; listen: string } | undefined
  /** Request that gets an answer through it. */
  readonly ready: Ready
}

/** The part of the undo journal that arranging needs: what has been started is written down with how to end it. */
export interface ProcessJournal {
  add(step: UndoStep): number
  done(id: number): void
}

export interface ArrangeOptions {
  system: System
  /** Folder of this run: logs, data, undo journal go under it. */
  folder: string
  links: 'toxiproxy' | 'direct'
  timeScale: number
  secret: string
  nextSecret: string
  adminToken: string
  /** What the platform sends: the app's subscriptions. */
  topics: readonly string[]
  /** `host:port` of the Admin API and of the destinations; links to them lead here. */
  servers: { admin: string; destinations: Readonly<Record<string, string>> }
  /** Addresses other than loopback that a `running` component may have. */
  allowedHosts: readonly string[]
  /** Where each started process is written down before anything else happens to it. */
  journal: ProcessJournal
  /** Told what is being done, for the terminal. */
  progress: (line: string) => void
  signal: AbortSignal
}
