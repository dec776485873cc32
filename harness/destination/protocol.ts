/**
 * How the harness and its own servers (destinations and Admin API, a program of their own) talk: one TCP connection that the
 * harness opens. Both ways go frames: u32 LE length of what follows, u8 type, payload.
 *
 *   greeting: empty; the first that the servers send, since a port may be open before anyone listens behind it
 *   arrivals: 16 bytes each: u32 event (0xffffffff: unknown), u8 destination, u8 flags, u16 0, f64 monotonic ms
 *   listed:   12 bytes each: u32 order that the Admin API listed, f64 monotonic ms
 *   message:  JSON, a `ServerMessage`
 *   command:  JSON, a `ServerCommand`
 *   plan:     the plan's columns, u32 ticks at which all events happened and then u16 shops of all events; when each is sent is nothing to these servers
 */
import type { Misbehaviour } from './misbehaviour.ts'

export const frameTypes = { arrivals: 1, listed: 2, message: 3, command: 4, plan: 5, greeting: 6 } as const
export const arrivalBytes = 16
export const listedBytes = 12
export const unknownEvent = 0xffffffff
/** Flags of an arrival. */
export const EFFECT = 1
export const MUTATED_ARRIVAL = 2

/** What the servers tell. An `id` is that of the command it answers. `stats` comes once a second and once more in answer to `flush`, after everything that arrived before it. Times are of their own clock. */
export type ServerMessage =
  | { kind: 'listening'; adminPort: number; destinationPorts: Record<string, number> }
  | { kind: 'clock'; id: number; atMs: number }
  /** The command has been carried out, or why it could not be. */
  | { kind: 'obeyed'; id: number; problem?: string }
  | ServerStats

export interface ServerStats {
  kind: 'stats'
  /** Of the flush that this answers. */
  id?: number
  /** Deliveries that name no event of this run. */
  unexpected: number
  unexpectedSamples: string[]
  /** Requests that `correlate` could not read. */
  unreadable: number
  unreadableSamples: string[]
  eventLoopDelayMs: { p50: number; p99: number; max: number }
  /** Requests that met a misbehaviour, by server. */
  met: Record<string, number>
  /** Of the program itself, so far. */
  usage: { cpuMicroseconds: number; peakRssBytes: number }
}

/** What the harness tells. Times are of the servers' monotonic clock (clock-offset.ts); wall times are ms since 1970. */
export type ServerCommand =
  | { kind: 'clock'; id: number }
  | { kind: 'open'; scenarioFile: string; systemFile: string | null; timeScale: number; adminToken: string; plan: PlanHead }
  | { kind: 'begin'; part: 'warm-up' | 'flood'; startedAtMs: number; wallMs: number }
  | { kind: 'admin'; open: boolean }
  | { kind: 'flush'; id: number }
  /** A server is a destination's name, or `platform` for the Admin API. Without a misbehaviour it behaves again. */
  | { kind: 'misbehave'; id: number; server: string; misbehaviour?: Misbehaviour }

/** The plan without its columns, which follow in a frame of their own. */
export interface PlanHead {
  seed: number
  hash: string
  eventCount: number
  warmUpCount: number
  shops: readonly string[]
  topics: readonly string[]
  floodMs: number
  peakPerSecond: number
}

/** One frame, ready to be written. */
export function frame(type: number, payload: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(5 + payload.length)
  out.writeUInt32LE(1 + payload.length, 0)
  out[4] = type
  out.set(payload, 5)
  return out
}

export function jsonFrame(type: number, value: ServerMessage | ServerCommand): Buffer {
  return frame(type, Buffer.from(JSON.stringify(value)))
}

/** Cuts a byte stream into frames; `read` is called with each chunk as it comes. */
export function frameReader(onFrame: (type: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let needed = 5
  return chunk => {
    pending.push(chunk)
    pendingBytes += chunk.length
    if (pendingBytes < needed) return
    let data = pending.length === 1 ? chunk : Buffer.concat(pending)
    let offset = 0
    needed = 5
    while (data.length - offset >= 5) {
      const length = data.readUInt32LE(offset)
      if (data.length - offset < 4 + length) {
        needed = 4 + length
        break
      }
      onFrame(data[offset + 4], data.subarray(offset + 5, offset + 4 + length))
      offset += 4 + length
    }
    data = data.subarray(offset)
    pending = data.length > 0 ? [data] : []
    pendingBytes = data.length
  }
}
