// How late the machine itself makes whoever uses all of it: what no client that shares a core with the kernel and a hypervisor can be better than.
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

import { startClient } from './client.ts'

const forMs = 10_000

/** Of each core, kept busy by a loop that only looks at the clock, the share of the time that would have made an event late; the stillest core first. */
export async function measureStillness(): Promise<number[]> {
  const loops = cpus().map(() => startClient({ command: process.execPath, args: [fileURLToPath(new URL('./stillness-main.ts', import.meta.url)), String(forMs)] }))
  try {
    const shares = await Promise.all(loops.map(loop => loop.finished))
    return shares.map(Number).toSorted((a, b) => a - b)
  } finally {
    await Promise.all(loops.map(loop => loop.end()))
  }
}
