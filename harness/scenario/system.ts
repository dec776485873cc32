import type { Duration } from './duration.ts'

/**
 * A system under test as its owner describes it. The harness knows nothing of a pipeline but this, and the reference pipeline gets no more.
 */
export interface System {
  name: string
  /** The file that called `defineSystem`; relative paths inside the definition are relative to it. */
  file: string
  components: Record<string, Component>
  /** Which component plays which part, so that one scenario runs on any system. */
  roles: Partial<Record<Role, string>>
  intake: Intake
  destinations: Record<string, Destination>
  /** Names the events that one request to a destination carries. Runs in the destinations' process; must not keep state. */
  correlate: (request: DestinationRequest) => Correlated[]
  /** No arrival for this long after the sender's schedule ended means that the drain is over. Longer than the system's redelivery timeout. */
  settle: Duration
}

export const roles = ['intake', 'buffer', 'worker', 'store', 'reconciler'] as const
export type Role = (typeof roles)[number]

export interface Intake {
  path: string
  /** Secret the webhooks are signed with. Left out, each run makes its own and hands it to the components' `env`. */
  secret?: string
  /** The one that they are signed with while a fault has rotated it. Left out, each run makes its own. */
  nextSecret?: string
  /** Statuses that mean "not taken, nothing has happened": such an attempt is refused rather than indeterminate. */
  refusedStatuses: readonly number[]
}

export interface DestinationRequest {
  destination: string
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** The body as JSON, parsed when first asked for. */
  json(): any
}

/** One event in a delivery: named by the platform's event id, or by shop and order id. Amounts are strings as Shopify writes them ("12.50"). */
export type Correlated = ({ eventId: string } | { shop: string; orderId: string }) & {
  /** Needed only where a scenario sends several topics per order. */
  topic?: string
  amount: string
  currency: string
  /** Hex SHA-256 of the webhook's body, where the pipeline carries it on: compared with what was sent. */
  digest?: string
  /** What the destination deduplicates on. Left out: no idempotency, each arrival is an effect. */
  idempotencyKey?: string
}

/** A destination as real analytics endpoints are: answers after a while, may fail, forgets idempotency keys after a window. */
export interface Destination {
  path: string
  /** Fixed port on loopback, for a system that already runs somewhere and cannot be told an address. */
  port?: number
  /** Delay of each answer. */
  latency: Distribution
  /** Share of requests answered with one of these statuses instead of being recorded. */
  failures: { share: number; statuses: readonly number[] }
  /** How long an idempotency key is remembered. Scaled by the run's time scale. */
  idempotencyWindow: Duration
  /** Body answered with a success. */
  answer: string
}

/** Log-normal around a median with the given 99th percentile; `p99` left out is a constant. */
export interface Distribution {
  p50: Duration
  p99?: Duration
}

// ---- components: data that harness/environment turns into processes ----

export interface EnvContext {
  /**
   * Address that this component must use to reach another component, a destination, or the `platform` (Admin API). Asking makes the link. For a cluster
   * it is the addresses of all nodes with commas between them.
   */
  to(target: string): string
  /** Free port on loopback that this component is to listen on. */
  port: number
  host: string
  /** Milliseconds of a duration shrunk by the run's time scale. For what is weighed against the retry schedule, not against work. */
  scaled(duration: Duration): number
  /** Secret that webhooks are signed with. */
  secret: string
  /** Secret that they may be signed with as well, once a fault rotates it: to be accepted beside the first. */
  nextSecret: string
  /** Token for the platform's Admin API. */
  adminToken: string
  /** What the scenario's platform sends: the topics that the app subscribes to. */
  topics: readonly string[]
}

export type Env = (context: EnvContext) => Record<string, string | number>

/** When a component is ready, and the request a probe makes to see it dead or alive. */
export type Ready = { kind: 'http'; path: string } | { kind: 'tcp' }

export type Component =
  | { kind: 'nats'; storage: 'file' | 'memory'; syncInterval: string; nodes: number }
  | { kind: 'postgres'; schema?: string; settings: Record<string, string> }
  | { kind: 'program'; command: readonly [string, ...string[]]; cwd: string; env: Env; ready: Ready; replicas: number }
  | { kind: 'image'; image: string | { build: string }; port: number; command?: readonly string[]; env: Env; ready: Ready; replicas: number }
  | { kind: 'running'; url: string; ready: Ready; connectsTo: readonly string[] }

/** What the system's owner wrote and tells its environment, as a command or an image. */
export function isProgram(component: Component): component is Extract<Component, { kind: 'program' | 'image' }> {
  return component.kind === 'program' || component.kind === 'image'
}
