// A scenario as a file: what the matrix and the search leave behind, so that a cell or a finding can be run again, kept and changed by hand.
import type { FaultRequest } from '../faults/fault.ts'
import type { Duration } from './duration.ts'

/** What differs between the scenarios that the harness writes itself. */
export interface ScenarioParts {
  name: string
  hypothesis: string
  /** What the file imports its system from: `floodmark/reference` or an absolute path. */
  systemModule: string
  rate: number
  duration: Duration
  faults: readonly FaultRequest[]
}

/** Send lag p99 that still counts as on time, ms. These runs share their machine, and what they are asked is what became of each order, not to the millisecond when. */
const lagP99Ms = 500

/** TypeScript that defines the scenario: one topic at a constant rate, the platform's retries of today 240 times faster, and every invariant. */
export function scenarioSource({ name, hypothesis, systemModule, rate, duration, faults }: ScenarioParts): string {
  const faultLines = faults.map(fault => `    ${faultCall(fault)},\n`).join('')
  return `import { ${[...builders(faults), 'constant', 'defineScenario', 'intact', 'noDuplicateEffects', 'noLoss', 'noPhantoms', 'shopify2024'].toSorted().join(', ')} } from 'floodmark'
import system from ${quoted(systemModule)}

export default defineScenario({
  name: ${quoted(name)},
  hypothesis: ${quoted(hypothesis)},
  system,
  parameters: { rate: ${rate}, duration: ${quoted(duration)} },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 50, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [
${faultLines}  ],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
  generator: { lagP99Ms: ${lagP99Ms} },
})
`
}

/** TypeScript that defines another scenario with other faults: its system, load and expectations stay its own. */
export function variantSource({ name, scenarioFile, faults }: { name: string; scenarioFile: string; faults: readonly FaultRequest[] }): string {
  return `import { ${[...builders(faults), 'defineScenario'].join(', ')} } from 'floodmark'
import scenario from ${quoted(scenarioFile)}

export default defineScenario({
  ...scenario,
  name: ${quoted(name)},
  faults: [
${faults.map(fault => `    ${faultCall(fault)},\n`).join('')}  ],
})
`
}

function builders(faults: readonly FaultRequest[]): string[] {
  return faults.length === 0 ? [] : ['at']
}

/** One fault as a scenario would ask for it: `at('2s').slow('worker->ledger', { latency: '300ms' }).for('4s')`. */
export function faultCall({ kind, target, parameters, at, for: length, every, times }: FaultRequest): string {
  const asked = [...(target === 'platform' ? [] : [quoted(target)]), ...(Object.keys(parameters).length === 0 ? [] : [objectText(parameters)])]
  const again = every === undefined ? '' : `.every(${quoted(every)})${times === undefined ? '' : `.times(${times})`}`
  return `at(${quoted(at)})${again}.${kind}(${asked.join(', ')}).for(${quoted(length!)})`
}

function objectText(parameters: FaultRequest['parameters']): string {
  return `{ ${Object.entries(parameters).map(([key, value]) => `${key}: ${typeof value === 'string' ? quoted(value) : value}`).join(', ')} }`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`).replaceAll('\n', String.raw`\n`)}'`
}
