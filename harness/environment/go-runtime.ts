import { availableParallelism } from 'node:os'

/**
 * Environment for the servers written in Go. By default each of them spins and steals work on every core; on a machine that also holds the sender, the
 * system and its database that costs the others a third of the server's own CPU and wins nothing. They get half of the cores, unless the caller's GOMAXPROCS says otherwise.
 */
export function goEnvironment(cores = availableParallelism()): { GOMAXPROCS: string } {
  return { GOMAXPROCS: process.env.GOMAXPROCS ?? String(Math.max(1, Math.floor(cores / 2))) }
}
