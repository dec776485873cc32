// Validation: faults that would meet on one target, so that neither could be told from the other.
import type { ResolvedFault } from './fault.ts'

/**
 * Problems of a schedule, for the list of all problems of a scenario. Two faults on the same target may not overlap. A fault on a link may
 * not begin while the component at its end is away, since nothing could answer before it. Different targets are free to overlap.
 */
export function overlapProblems(faults: readonly ResolvedFault[]): string[] {
  const problems: string[] = []
  for (const [index, fault] of faults.entries()) {
    for (const other of faults.slice(index + 1)) {
      const [first, second] = fault.atMs <= other.atMs ? [fault, other] : [other, fault]
      if (second.atMs >= first.atMs + first.forMs) continue
      if (first.target === second.target) problems.push(`faults: ${name(second)} begins while ${name(first)} is still in force; faults on one target must follow each other`)
      else if (second.target.endsWith(`->${first.target}`)) problems.push(`faults: ${name(second)} begins while ${name(first)} keeps the far end away; nothing would answer to see its effect by`)
    }
  }
  return problems
}

function name({ kind, target, atMs }: ResolvedFault): string {
  return `${kind} ${target} (at ${atMs / 1000} s)`
}
