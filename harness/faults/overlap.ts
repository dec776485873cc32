// Which faults can be in force together. Validation refuses a schedule that asks for more, and disturbing lets the others follow each other.
import type { ResolvedFault } from './fault.ts'
import { faultKind, type FaultKinds } from './registry.ts'

/** What probes take, twice, where they need no longer by themselves. */
const seenWithinMs = 1_000

/**
 * Problems of a schedule, for the list of all problems of a scenario. Faults that cannot be in force together (see `conflict`) may not overlap, and one
 * that silences a place may not begin before another there could have been seen.
 */
export function overlapProblems(faults: readonly ResolvedFault[]): string[] {
  const problems: string[] = []
  const inOrder = faults.toSorted((a, b) => a.atMs - b.atMs)
  for (const [index, first] of inOrder.entries()) {
    for (const second of inOrder.slice(index + 1)) {
      if (second.atMs >= first.atMs + first.forMs) continue
      const reason = conflict(first, second) ?? haste(first, second)
      if (reason !== undefined) problems.push(`faults: ${name(second)} begins while ${name(first)} is in force: ${reason}`)
    }
  }
  return problems
}

/**
 * Why `second` cannot begin while `first` is in force, or undefined where it can: faults of different kinds on one link, unless nothing answers through it
 * any more, and anything on different targets, unless the first keeps the far end of the second's link from answering.
 */
export function conflict(first: ResolvedFault, second: ResolvedFault, kinds?: FaultKinds): string | undefined {
  const sameTarget = reachOf(first).some(one => reachOf(second).includes(one))
  if (sameTarget && !isLink(first)) return areApart(first, second, kinds) ? undefined : 'faults on one target must follow each other'
  if (sameTarget && (first.kind === second.kind || faultKind(first.kind, kinds)?.resembles?.includes(second.kind))) return 'what the two do to one link could not be told apart'
  if (meets(first, second) && silences(first, kinds)) return 'nothing would answer as it did before, to see its effect by'
  return undefined
}

/** The first would no longer be seen once the second is there. */
function haste(first: ResolvedFault, second: ResolvedFault): string | undefined {
  const leastMs = Math.max(seenWithinMs, faultKind(first.kind)?.leastMs?.(first.parameters) ?? 0)
  if (!meets(second, first) || !silences(second) || second.atMs - first.atMs >= leastMs) return undefined
  return `the effect of the first may take ${leastMs / 1_000} s to be seen, and nothing would answer any more`
}

/** Whether what answers through the link of `other` is done something to by `fault`. */
function meets(fault: ResolvedFault, other: ResolvedFault): boolean {
  return isLink(other) && reachOf(fault).some(place => reachOf(other).some(link => link === place || link.endsWith(`->${place}`)))
}

/** Whether each takes up another part of their target. */
function areApart(first: ResolvedFault, second: ResolvedFault, kinds?: FaultKinds): boolean {
  const [one, other] = [first, second].map(({ kind }) => faultKind(kind, kinds)?.part)
  return one !== undefined && other !== undefined && one !== other
}

function silences({ kind, parameters }: ResolvedFault, kinds?: FaultKinds): boolean {
  return faultKind(kind, kinds)?.silences?.(parameters) === true
}

function reachOf({ target, members = [target] }: ResolvedFault): readonly string[] {
  return members
}

function isLink(fault: ResolvedFault): boolean {
  return reachOf(fault)[0].includes('->')
}

function name({ kind, target, atMs }: ResolvedFault): string {
  return `${kind} ${target} (at ${atMs / 1000} s)`
}
