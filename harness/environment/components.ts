// What a system file is written with: each function describes one component, and nothing is started or checked here: keys that nobody knows are
// passed on, so that validation can tell them.
import type { Component, Env, Ready } from '../scenario/system.ts'

/** Where a program in a container listens, unless it is an image that does so elsewhere. */
export const programPort = 8_080

/**
 * A NATS server with JetStream. `storage: 'memory'` gives it an empty store at each start, so that nothing outlives its process.
 * `syncInterval` is its `sync_interval`: how long an acknowledged message may be in the page cache alone, or `always`. `nodes: 3` makes it a cluster of three
 * servers, `queue-1` to `queue-3`, each a process with links of its own; how many copies a stream has is for the system to say where it makes the stream.
 */
export function nats(options: { storage?: 'file' | 'memory'; syncInterval?: string; nodes?: 1 | 3 | 5 } = {}): Component {
  return { kind: 'nats', storage: 'file', syncInterval: '2m', nodes: 1, ...options }
}

/** A PostgreSQL server with one database; `schema` is an SQL file applied at its first start, `settings` go into its configuration. */
export function postgres(options: { schema?: string; settings?: Record<string, string> } = {}): Component {
  return { kind: 'postgres', settings: {}, ...options }
}

/**
 * A program run by the same Node that runs the harness. The file is relative to the system file. With `replicas: 3` it is three processes, `worker-1` to
 * `worker-3`, each with a port and links of its own; nothing stands before them, so they must be programs that nobody connects to.
 */
export function node(file: string, options: { env?: Env; ready: Ready; replicas?: number }): Component {
  return command([process.execPath, file], options)
}

/** A program in any language. `cwd` is relative to the system file, and the folder of that file where it is left out. */
export function command(line: readonly [string, ...string[]], options: { cwd?: string; env?: Env; ready: Ready; replicas?: number }): Component {
  return { kind: 'program', command: line, cwd: '.', env: () => ({}), replicas: 1, ...options }
}

/**
 * A program that is an image already, by name and tag, or one that is built from a folder with a Dockerfile, relative to the system file. `port` is the one that it
 * listens on inside its container, on every address of it; `command` goes in place of the image's own. Only a run with `--env containers` can have it.
 */
export function image(name: string | { build: string }, options: { port?: number; command?: readonly string[]; env?: Env; ready: Ready; replicas?: number }): Component {
  return { kind: 'image', image: name, port: programPort, env: () => ({}), replicas: 1, ...options }
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
