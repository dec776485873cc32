import type { Check } from './check.ts'
import { componentsUp } from './components-up.ts'
import { delay } from './delay.ts'
import { drained } from './drained.ts'
import { duplicateArrivals } from './duplicate-arrivals.ts'
import { faultsObserved } from './faults-observed.ts'
import { generatorKeptUp } from './generator-kept-up.ts'
import { intact } from './intact.ts'
import { noDuplicateEffects } from './no-duplicate-effects.ts'
import { noLoss } from './no-loss.ts'
import { noPhantoms } from './no-phantoms.ts'
import { readersWorked } from './readers-worked.ts'
import { recovery } from './recovery.ts'
import { throughput } from './throughput.ts'

/** Every check there is. A new one is a file beside this and a line here. */
export const checks = { noLoss, noDuplicateEffects, noPhantoms, intact, throughput, delay, recovery, duplicateArrivals, componentsUp, generatorKeptUp, faultsObserved, drained, readersWorked } as const

const invariants = [noLoss, noDuplicateEffects, noPhantoms, intact]
const alwaysOn = [componentsUp, generatorKeptUp, drained, readersWorked]

/** The checks of one run: what the scenario expects, or all invariants where it lists nothing, and those that are always on and that it does not list itself. */
export function checksOf(expectations: readonly Check[], { faults }: { faults: number }): Check[] {
  const asked = expectations.length > 0 ? [...expectations] : invariants.map(make => make())
  const standing = (faults > 0 ? [...alwaysOn, faultsObserved] : alwaysOn).map(make => make())
  return [...asked, ...standing.filter(check => !asked.some(other => other.name === check.name))]
}
