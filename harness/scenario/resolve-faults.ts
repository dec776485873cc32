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
  /** Undefined where its names cannot be read: then no target is looked up. */
  system: System | undefined
  /** Undefined where the load has problems that hide it: then only what holds for a flood of any length is told. */
  floodMs: number | undefined
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
  const window = resolveWindow(path, request, floodMs, problems)
  if (!isFaultKind(kind)) {
    problems.push(`${path}.${unknownKey(kind, Object.keys(faultKinds))}`)
    return undefined
  }
  problems.push(...faultKinds[kind].problems(parameters).map(problem => `${path}.${kind}: ${problem}`))
  const { targets } = faultKinds[kind]
  if (targets === 'link' && links === 'direct') problems.push(`${path}: ${kind} needs the proxy of ${target}, which --links direct leaves out`)
  if (system === undefined) return undefined
  const resolved = resolveTarget(targets, target, system)
  if (resolved.problem !== undefined) problems.push(`${path}.target: ${resolved.problem}`)
  return resolved.target !== undefined && window !== undefined ? { id, kind, target: resolved.target, parameters, ...window } : undefined
}

function isFaultKind(kind: string): kind is keyof typeof faultKinds {
  return Object.hasOwn(faultKinds, kind)
}

function resolveTarget(targets: 'link' | 'component', target: string, system: System): ResolvedTarget {
  const isLink = target.includes('->')
  if (targets === 'link') return isLink ? resolveLink(system, target) : { problem: `found ${show(target)}, must be a link, written from->to` }
  return isLink ? { problem: `found ${show(target)}, must be a role or component: this fault is done to a process` } : resolveComponent(system, target)
}

function resolveWindow(path: string, request: FaultRequest, floodMs: number | undefined, problems: string[]): { atMs: number; forMs: number } | undefined {
  // Where the flood's length is not known, two shares can still be weighed against each other, in per cent of it.
  const lengthMs = floodMs ?? 100
  const inWords = floodMs === undefined ? (share: number) => `${share}%` : seconds
  const [atMs, forMs] = [request.at, request.for].map(time => floodTimeMs(time, lengthMs)!)
  if (forMs === 0) problems.push(`${path}.for: found ${show(request.for)}, must be longer than zero`)
  else if (floodMs === undefined && ![request.at, request.for].every(time => time.endsWith('%'))) return undefined
  // Shares are floating point: 40 % and 60 % must still end with the flood.
  else if (atMs + forMs > lengthMs + 1e-6) problems.push(`${path}: outside the flood: begins at ${inWords(atMs)} and ends at ${inWords(atMs + forMs)}, the flood ends at ${inWords(lengthMs)}`)
  else if (floodMs !== undefined) return { atMs, forMs }
  return undefined
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
