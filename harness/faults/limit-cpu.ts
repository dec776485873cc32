// Fault `limitCpu`: a component gets less CPU than it wants. Its processes are kept waiting for most of each tenth of a second.
import { between, object, problemsOf, whole } from '../scenario/rules.ts'
import { containedComponent, ofContainers } from './contained-component.ts'
import type { CountParameters } from './count.ts'
import type { FaultKind, Watch } from './fault.ts'
import { startAnew } from './managed-component.ts'

export type LimitCpuParameters = CountParameters & {
  /** Processors' worth of CPU time: 0.1 is a tenth of one. */
  to: number
}

const rules = object({ to: between(0.01, 64), count: whole(1, 100).optional() })
/** A limit that nobody runs into for so many periods of a tenth of a second has not been felt. */
const feltPeriods = 3

export const limitCpu: FaultKind<LimitCpuParameters, 'component'> = {
  ...ofContainers,
  summary: 'give a component, or `count` of its nodes or replicas, no more CPU than so many processors have',
  healLimitMs: 10_000,
  leastMs: () => 2_000,
  // It answers, and nobody can say when.
  silences: () => true,
  problems: parameters => problemsOf('', rules, parameters),

  async install(environment, target, { to }) {
    await containedComponent(environment, target).container.limitCpu(to)
    return `limited to ${to} processors`
  },

  async probeInstalled(environment, target, { to }) {
    const { processors } = await containedComponent(environment, target).container.limits()
    return processors === to ? `the engine says ${processors} processors` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const { container } = containedComponent(environment, target)
    const before = await container.cpuThrottling()
    return {
      before: `kept waiting for CPU in ${before.throttledPeriods} of ${before.periods} periods`,
      async look() {
        const now = await container.cpuThrottling()
        const throttled = now.throttledPeriods - before.throttledPeriods
        const waitedMs = Math.round((now.throttledMicroseconds - before.throttledMicroseconds) / 1_000)
        return throttled < feltPeriods ? undefined : { by: 'probe', evidence: `the kernel kept it waiting for CPU in ${throttled} of ${now.periods - before.periods} periods, ${waitedMs} ms in all` }
      },
      close: () => {},
    }
  },

  heal: (environment, target) => containedComponent(environment, target).container.limitCpu(null),

  async forceHeal(environment, target) {
    await containedComponent(environment, target).container.limitCpu(null)
    await startAnew(environment, target)
  },

  async probeHealed(environment, target) {
    const { processors } = await containedComponent(environment, target).container.limits()
    return processors === null ? 'the engine says no limit' : undefined
  },
}
