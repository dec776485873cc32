// A load generator as a process under observation: its CPU time and memory from the kernel, its standard output, its end.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { readProcess } from '../../../harness/environment/process-tree.ts'
import { goFirst } from '../../go-first.ts'
import type { Invocation } from './peers/peer.ts'

const ticksPerSecond = 100
const maxOutputBytes = 1_000_000

export interface Client {
  /** User and system time of all its threads so far, seconds. */
  cpuSeconds(): number
  residentBytes(): number
  /** Its standard output once it has ended by itself; rejects where it failed, with the last lines that it said. */
  readonly finished: Promise<string>
  /** Stands still from here on, as it is, until it is told to go. */
  stop(): void
  go(): void
  /** Ends it, whatever it does. */
  end(): Promise<void>
}

export function startClient({ command, args, env }: Invocation): Client {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  goFirst(child)
  const endWithBench = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithBench)
  let [output, complaints] = ['', '']
  child.stdout.on('data', chunk => { output = (output + chunk).slice(-maxOutputBytes) })
  child.stderr.on('data', chunk => { complaints = (complaints + chunk).slice(-2_000) })
  const closed = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const finished = closed.then(code => {
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${complaints.trim()}`)
    return output
  })
  // Who ends a client does not wait for what it says.
  finished.catch(() => {}).finally(() => process.off('exit', endWithBench))
  return {
    finished,
    cpuSeconds() {
      const row = readProcess(child.pid!)
      if (row === undefined || row.state === 'Z') throw new Error(`${command} ended by itself: ${complaints.trim()}`)
      return row.cpuTicks / ticksPerSecond
    },
    residentBytes: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))![1]) * 1_024,
    stop: () => void child.kill('SIGSTOP'),
    go: () => void child.kill('SIGCONT'),
    async end() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
