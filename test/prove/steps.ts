// What `npm run prove` proves, a step each: the command line, and what it must come to.
import { join } from 'node:path'

export interface Step {
  name: string
  /** After `node`. */
  args: string[]
  exit: number
  /** What its standard output must say. */
  says?: RegExp
}

const here = (path: string): string => join(import.meta.dirname, path)
const floodmark = here('../../bin/floodmark.js')

/** All of it, or a sample for every change, within some minutes. */
export function steps({ sample, seed, out }: { sample: boolean; seed: number; out: string }): Step[] {
  const planted = (...args: string[]): string[] => [here('../planted/main.ts'), ...args, '--seed', String(seed)]
  const kills = (times: number): Step => ({ name: `the harness killed ${times} times in the middle of faults`, args: [here('kills.ts'), '--times', String(times), '--seed', String(seed)], exit: 0 })
  const matrix = (...args: string[]): Step => ({ name: `the matrix of the reference pipeline${args.length > 0 ? ', a corner of it' : ''}`, args: [floodmark, 'matrix', '--out', out, ...args], exit: 0 })
  if (sample) return [
    { name: 'planted bugs, a sample', args: planted('--sample', '4', '--clean', '2'), exit: 0 },
    kills(2),
    matrix('--rows', 'buffer,store', '--columns', 'kill,cut'),
  ]
  return [
    { name: 'planted bugs, all of them, and 50 clean runs', args: planted('--clean', '50'), exit: 0 },
    kills(30),
    matrix(),
    { name: 'two faults hidden among eight', args: [floodmark, 'explore', '--from', here('two-of-eight.ts'), '--out', out], exit: 1, says: /at\('4s'\)\.cut\('relay->queue'\).*\n +at\('5s'\)\.cut\('relay->ledger'\).*\n +from 8 faults/ },
  ]
}
