// Faults as a scenario asks for them, turned into what will be done to this system and when; or the problems that stand in the way.
import { overlapProblems } from '../faults/overlap.ts'
import type { FaultRequest, ResolvedFault } from '../faults/fault.ts'
import { faultKinds } from '../faults/registry.ts'
import { faultProblems } from './check-scenario.ts'
import { floodTimeMs } from './duration.ts'
import { show, unknownKey } from './rules.ts'
import type { System } from './system.ts'
import { resolveComponent, resolveLink, type ResolvedTarget } from './targets.ts'

interface Setting {
  /** Undefined where it is not sound itself: then only what is asked for is looked at. */
  system: System | undefined
  floodMs: number
  links: 'toxiproxy' | 'direct'
}

/** The faults that can be done, in the order asked for. What cannot is left out and told in `problems`. */
export function resolveFaults(requests: readonly FaultRequest[], setting: Setting, problems: string[]): ResolvedFault[] {
  const faults: ResolvedFault[] = []
  for (const [index, request] of requests.entries()) {
    const fault = resolveFault(`fault-${index + 1}`, `faults[${index}]`, request, setting, problems)
    if (fault !== undefined) faults.push(fault)
  }
  problems.push(...overlapProblems(faults))
  return faults
}

function resolveFault(id: string, path: string, request: FaultRequest, { system, floodMs, links }: Setting, problems: string[]): ResolvedFault | undefined {
  const malformed = faultProblems(path, request)
  problems.push(...malformed)
  if (malformed.length > 0) return undefined
  const { kind, target, parameters } = request
  if (!isFaultKind(kind)) {
    problems.push(`${path}.${unknownKey(kind, Object.keys(faultKinds))}`)
    return undefined
  }
  const window = resolveWindow(path, request, floodMs, problems)
  problems.push(...faultKinds[kind].problems(parameters).map(problem => `${path}.${kind}: ${problem}`))
  const { targets } = faultKinds[kind]
  if (targets === 'link' && links === 'direct') problems.push(`${path}: ${kind} needs the proxy of ${target}, which --links direct leaves out`)
  if (system === undefined) return undefined
  const resolved = resolveTarget(targets, target, system)
  if ('problem' in resolved) problems.push(`${path}.target: ${resolved.problem}`)
  return 'target' in resolved && window !== undefined ? { id, kind, target: resolved.target, parameters, ...window } : undefined
}

function isFaultKind(kind: string): kind is keyof typeof faultKinds {
  return Object.hasOwn(faultKinds, kind)
}

function resolveTarget(targets: 'link' | 'component', target: string, system: System): ResolvedTarget {
  const isLink = target.includes('->')
  if (targets === 'link') return isLink ? resolveLink(system, target) : { problem: `found ${show(target)}, must be a link, written from->to` }
  return isLink ? { problem: `found ${show(target)}, must be a role or component: this fault is done to a process` } : resolveComponent(system, target)
}

function resolveWindow(path: string, request: FaultRequest, floodMs: number, problems: string[]): { atMs: number; forMs: number } | undefined {
  const atMs = timeOf(`${path}.at`, request.at, floodMs, problems)
  const forMs = timeOf(`${path}.for`, request.for, floodMs, problems)
  if (atMs === undefined || forMs === undefined) return undefined
  if (forMs === 0) problems.push(`${path}.for: found ${show(request.for)}, must be longer than zero`)
  // Shares are floating point: 40 % and 60 % must still end with the flood.
  else if (atMs + forMs > floodMs + 1e-6) problems.push(`${path}: outside the flood: begins at ${seconds(atMs)} and ends at ${seconds(atMs + forMs)}, the flood ends at ${seconds(floodMs)}`)
  else return { atMs, forMs }
  return undefined
}

function timeOf(path: string, text: string, floodMs: number, problems: string[]): number | undefined {
  const ms = floodTimeMs(text, floodMs)
  if (ms === undefined) problems.push(`${path}: found ${show(text)}, must be a share of the flood such as 40%, or a duration such as 12s`)
  return ms
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
