/** What a run tells while it goes on. The terminal is one listener; tests use `silent`. */
export interface Progress {
  /** A phase begins; the one before it has ended. */
  phase(name: string): void
  /** Something worth a line of its own: a component is up, a fault took hold. */
  line(text: string): void
  /** The state of the flood and the drain, about once a second. */
  status(status: FloodStatus): void
  /** The last phase has ended. */
  end(): void
}

export interface FloodStatus {
  elapsedMs: number
  floodMs: number
  planned: number
  sent: number
  acked: number
  delivered: number
  /** Acked and not yet arrived. */
  backlog: number
  /** Events that wait for a retry. */
  waitingForRetry: number
  /** Faults in force, as `kill buffer`. */
  faults: readonly string[]
}

export const silent: Progress = { phase() {}, line() {}, status() {}, end() {} }
