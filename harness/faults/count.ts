// Faults on some of a component's processes: `kill('buffer', { count: 2 })` is two nodes of three.
import { membersOf } from '../environment/members.ts'
import type { FaultParameters, FaultSetting } from './fault.ts'

/** How many of the processes it is done to, the first ones by number; all of them where it is left out. */
export interface CountParameters extends Partial<FaultParameters> {
  count?: number
}

/** Problems of a count by itself. */
export function countProblems({ count }: FaultParameters): string[] {
  return count === undefined || (Number.isInteger(count) && (count as number) >= 1) ? [] : [`count: ${JSON.stringify(count)} is not a number of processes; say 1`]
}

/** Problems of a count with the component that it is to be taken from. */
export function countProblemsWith({ system, target }: Pick<FaultSetting, 'system' | 'target'>, { count = 1 }: CountParameters): string[] {
  const { length } = membersOf(system, target)
  if (count <= length) return []
  return [length === 1 ? `count: ${target} is one process; nats({ nodes: 3 }) or replicas: 3 would make it several` : `count: ${target} is ${length} processes, and this is about ${count}`]
}

/** The first `count` of a component's processes. */
export function countedMembers({ system, target }: Pick<FaultSetting, 'system' | 'target'>, { count }: CountParameters): readonly string[] {
  return membersOf(system, target).slice(0, count)
}

/** Problems of parameters that a kind which takes only a count does not know. */
export function unknownParameters(kind: string, { count: _, ...unknown }: FaultParameters): string[] {
  return Object.keys(unknown).map(name => `${name}: ${kind} takes count and nothing else`)
}
