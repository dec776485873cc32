/**
 * How the harness and its own servers (destinations and Admin API, a process of their own) talk: one TCP connection on
 * loopback that the harness opens. Towards the harness go frames, towards the servers go lines of JSON.
 *
 * A frame is u32 LE length of what follows, u8 type, payload.
 *   type 1, arrivals: 16 bytes each: u32 event (0xffffffff: unknown), u8 destination, u8 flags (1 effect, 2 mutated), u16 0, f64 monotonic ms
 *   type 2, orders listed by the Admin API: 12 bytes each: u32 order, f64 monotonic ms
 *   type 3, JSON: a `ServerMessage`
 */
export const frameTypes = { arrivals: 1, listed: 2, message: 3 } as const
export const arrivalBytes = 16
export const listedBytes = 12
export const unknownEvent = 0xffffffff
export const EFFECT = 1
export const MUTATED_ARRIVAL = 2

/** What the servers tell. `stats` comes once a second and once more in answer to `flush`, after everything that arrived before it. */
export type ServerMessage =
  | { kind: 'listening'; adminPort: number; destinationPorts: Record<string, number> }
  | { kind: 'stats'; flush?: number; unexpected: number; unexpectedSamples: string[]; unreadable: number; unreadableSamples: string[]; eventLoopDelayMs: { p50: number; p99: number; max: number }; cpuMicroseconds: number; peakRssBytes: number }
  | { kind: 'failed'; message: string }

/** What the harness tells. Times are of the shared monotonic clock; wall times are ms since 1970. */
export type ServerCommand =
  | { kind: 'begin'; part: 'warm-up' | 'flood'; startedAtMs: number; wallMs: number }
  | { kind: 'admin'; open: boolean }
  | { kind: 'flush'; id: number }
