// The columns of a resiliency matrix: the ways in which a dependency fails. A new one is a line here.
import { at } from '../faults/at.ts'
import type { FaultRequest, FaultParameters } from '../faults/fault.ts'
import type { Dependency } from './dependency.ts'

/** When a cell's faults are in force, of a flood of `cellDuration`. */
const from = '2s'
const length = '4s'
export const cellDuration = '9s'

export interface Mode {
  name: string
  /** What is done, for the head of the column. */
  summary: string
  /** The faults of a cell; undefined where the mode says nothing of such a dependency. */
  faults(dependency: Dependency): FaultRequest[] | undefined
}

export const modes: readonly Mode[] = [
  process('kill', 'killed with SIGKILL, started again after 4 s'),
  process('pause', 'frozen for 4 s'),
  links('cut', 'connections drop, new ones are refused'),
  links('blackhole', 'bytes vanish, connections stay'),
  links('slow', 'answers 500 ms late', { latency: '500ms' }),
  links('throttle', '64 KB a second a connection', { rate: '64KB/s' }),
  links('reset', 'every connection reset at its first byte'),
  links('flap', 'away and back, once a second', { period: '1s' }),
  destination('fail', 'answers 503'),
  destination('rateLimit', 'answers 429 with Retry-After'),
]

function process(kind: 'kill' | 'pause', summary: string): Mode {
  return { name: kind, summary, faults: ({ kind: what, managed, name }) => (what === 'component' && managed ? [at(from)[kind](name).for(length)] : undefined) }
}

/** All links that lead to it at once: which of its callers suffers most is seen in the report. */
function links(kind: string, summary: string, parameters: FaultParameters = {}): Mode {
  return { name: kind, summary, faults: dependency => (dependency.links.length === 0 ? undefined : dependency.links.map(target => ({ kind, target, parameters, at: from, for: length }))) }
}

function destination(kind: string, summary: string): Mode {
  return { name: kind, summary, faults: ({ kind: what, name }) => (what === 'destination' ? [{ kind, target: name, parameters: {}, at: from, for: length }] : undefined) }
}
