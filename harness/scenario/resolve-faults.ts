// Faults as a scenario asks for them, turned into what will be done to this system and when; or the problems that stand in the way.
import { overlapProblems } from '../faults/overlap.ts'
import { platform } from '../environment/links.ts'
import type { FaultRequest, FaultTarget, ResolvedFault } from '../faults/fault.ts'
import { faultKind, faultKinds } from '../faults/registry.ts'
import { faultProblems } from './check-scenario.ts'
import { resolveWindows, type FaultWindow } from './fault-windows.ts'
import { show, unknownKey } from './rules.ts'
import type { System } from './system.ts'
import { resolveComponent, resolveDestination, resolveLink, several, type ResolvedTarget } from './targets.ts'

interface Setting {
  /** Undefined where its names cannot be read: then no target is looked up. */
  system: System | undefined
  /** Undefined where the load has problems that hide it: then only what holds for a flood of any length is told. */
  floodMs: number | undefined
  links: 'toxiproxy' | 'direct'
  repair: boolean
}

/** The faults that can be done, in the order asked for. What cannot is left out and told in `problems`. */
export function resolveFaults(requests: readonly FaultRequest[], setting: Setting, problems: string[]): ResolvedFault[] {
  const faults: ResolvedFault[] = []
  for (const [index, request] of requests.entries()) {
    faults.push(...resolveFault(`fault-${index + 1}`, `faults[${index}]`, request, setting, problems))
  }
  problems.push(...overlapProblems(faults))
  return faults
}

function resolveFault(id: string, path: string, request: FaultRequest, { system, floodMs, links, repair }: Setting, problems: string[]): ResolvedFault[] {
  const malformed = faultProblems(path, request)
  problems.push(...malformed)
  if (malformed.length > 0) return []
  const { kind, target, parameters } = request
  const windows = resolveWindows(path, request, floodMs, problems)
  if (!isFaultKind(kind)) {
    problems.push(`${path}.${unknownKey(kind, Object.keys(faultKinds))}`)
    return []
  }
  const ofParameters = faultKinds[kind].problems(parameters)
  problems.push(...ofParameters.map(problem => `${path}.${kind}: ${problem}`))
  const { targets } = faultKinds[kind]
  if (targets === 'link' && links === 'direct') problems.push(`${path}: ${kind} needs the proxy of ${target}, which --links direct leaves out`)
  if (system === undefined) return []
  const resolved = resolveTarget(targets, target, system)
  if (resolved.problem !== undefined) problems.push(`${path}.target: ${resolved.problem}`)
  if (resolved.target === undefined || windows === undefined || ofParameters.length > 0) return []
  const setting = { system, target: resolved.target, repair }
  const withSystem = faultKind(kind)?.problemsWith?.(setting, parameters) ?? []
  problems.push(...withSystem.map(problem => `${path}.${kind}: ${problem}`), ...lengthProblems(path, request, windows))
  if (withSystem.length > 0) return []
  const place = several(resolved.target, faultKind(kind)?.reach?.(setting, parameters) ?? resolved.members ?? [resolved.target])
  return windows.map((window, turn) => ({ id: request.every === undefined ? id : `${id}.${turn + 1}`, kind, ...place, parameters, ...window }))
}

function isFaultKind(kind: string): kind is keyof typeof faultKinds {
  return Object.hasOwn(faultKinds, kind)
}

function resolveTarget(targets: FaultTarget, target: string, system: System): ResolvedTarget {
  const isLink = target.includes('->')
  switch (targets) {
    case 'link':
      return isLink ? resolveLink(system, target) : { problem: `found ${show(target)}, must be a link, written from->to` }
    case 'component':
      return isLink ? { problem: `found ${show(target)}, must be a role or component: this fault is done to a process` } : resolveComponent(system, target)
    case 'destination':
      return isLink ? { problem: `found ${show(target)}, must be a destination: this fault is done to what it answers` } : resolveDestination(system, target)
    case 'platform':
      return target === platform ? { target } : { problem: `found ${show(target)}, must be ${platform}: this fault is the platform's` }
  }
}

/** A fault too short for its effect to be seen would make the run invalid, after all of it. */
function lengthProblems(path: string, { kind, parameters }: FaultRequest, [{ forMs }]: readonly FaultWindow[]): string[] {
  const leastMs = faultKind(kind)?.leastMs?.(parameters) ?? 0
  return forMs < leastMs ? [`${path}: in force for ${forMs / 1_000} s, must be ${leastMs / 1_000} s at least for ${kind} to be seen with these parameters`] : []
}
