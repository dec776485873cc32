// What a system file is written with: each function describes one component, and nothing is started or checked here: keys that nobody knows are
// passed on, so that validation can tell them.
import type { Component, Env, Ready } from '../scenario/system.ts'

/**
 * A NATS server with JetStream. `storage: 'memory'` gives it an empty store at each start, so that nothing outlives its process.
 * `syncInterval` is its `sync_interval`: how long an acknowledged message may be in the page cache alone, or `always`.
 */
export function nats(options: { storage?: 'file' | 'memory'; syncInterval?: string } = {}): Component {
  return { kind: 'nats', storage: 'file', syncInterval: '2m', ...options }
}

/** A PostgreSQL server with one database; `schema` is an SQL file applied at its first start, `settings` go into its configuration. */
export function postgres(options: { schema?: string; settings?: Record<string, string> } = {}): Component {
  return { kind: 'postgres', settings: {}, ...options }
}

/** A program run by the same Node that runs the harness. The file is relative to the system file. */
export function node(file: string, options: { env?: Env; ready: Ready }): Component {
  return command([process.execPath, file], options)
}

/** A program in any language. `cwd` is relative to the system file, and the folder of that file where it is left out. */
export function command(line: readonly [string, ...string[]], options: { cwd?: string; env?: Env; ready: Ready }): Component {
  return { kind: 'program', command: line, cwd: '.', env: () => ({}), ...options }
}

/** Something that already runs at a URL: it takes load, and no fault but on its links. `connectsTo` names the destinations it calls. */
export function running(options: { url: string; ready?: Ready; connectsTo?: readonly string[] }): Component {
  return { kind: 'running', ready: tcp(), connectsTo: [], ...options }
}

/** Ready when a GET of the path is answered with a 2xx. */
export function http(path: string): Ready {
  return { kind: 'http', path }
}

/** Ready when a connection is accepted. */
export function tcp(): Ready {
  return { kind: 'tcp' }
}
