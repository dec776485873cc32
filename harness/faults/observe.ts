// The effect of a fault in the run's own traffic. Effects that probes see are watched by each kind itself.
import type { Environment } from '../environment/environment.ts'
import { platform } from '../environment/links.ts'
import type { AttemptCounters, Sighting } from './fault.ts'

/**
 * Whether the platform's own attempts meet this target at once: its link to the intake, or the component at the end of that link. What fails
 * elsewhere reaches the platform late or not at all, and something else may have caused it.
 */
export function meetsTraffic(environment: Environment, target: string): boolean {
  const intakeLink = [...environment.links.values()].find(link => link.from === platform)
  return intakeLink !== undefined && (target === intakeLink.name || target === intakeLink.to)
}

export interface TrafficWatch {
  /** To be called when the fault begins: failures from here on are its effect, if there were none since the watch began. */
  begin(): void
  look(): Sighting | undefined
}

/** Watches attempts that fail. Where some failed before the fault already, a rise proves nothing and is not taken for an effect. */
export function watchTraffic(counters: () => AttemptCounters): TrafficWatch {
  const started = counters()
  let baseline: AttemptCounters | undefined
  return {
    begin() {
      const now = counters()
      const quiet = failures(now) === failures(started)
      baseline = quiet ? { ...now } : undefined
    },
    look() {
      if (baseline === undefined) return undefined
      const now = counters()
      const refused = now.refused - baseline.refused
      const indeterminate = now.indeterminate - baseline.indeterminate
      return refused + indeterminate > 0 ? { by: 'traffic', evidence: `attempts failed: ${refused} refused, ${indeterminate} indeterminate, none shortly before` } : undefined
    },
  }
}

function failures({ refused, indeterminate }: AttemptCounters): number {
  return refused + indeterminate
}
