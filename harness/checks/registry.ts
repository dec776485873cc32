// The checks that stand in every run or for want of others. What a scenario may ask for by name is exported in ../index.ts.
import type { Check } from './check.ts'
import { componentsUp } from './components-up.ts'
import { drained } from './drained.ts'
import { faultsObserved } from './faults-observed.ts'
import { guardsHeld } from './guards-held.ts'
import { generatorKeptUp } from './generator-kept-up.ts'
import { intact } from './intact.ts'
import { noDuplicateEffects } from './no-duplicate-effects.ts'
import { noLoss } from './no-loss.ts'
import { noPhantoms } from './no-phantoms.ts'
import { readersWorked } from './readers-worked.ts'
import { steadyBefore } from './steady-before.ts'

const invariants = [noLoss, noDuplicateEffects, noPhantoms, intact]
// A part of the harness that died stands before what followed from that: the first that decides is the one that is told.
const alwaysOn = [componentsUp, readersWorked, generatorKeptUp, drained]

/** The checks of one run: what the scenario expects, or all invariants where it lists nothing, and those that are always on and that it does not list itself. */
export function checksOf(expectations: readonly Check[], { faults, guards }: { faults: number; guards: number }): Check[] {
  const asked = expectations.length > 0 ? [...expectations] : invariants.map(make => make())
  const standing = [...alwaysOn, ...(faults > 0 ? [faultsObserved, steadyBefore] : []), ...(guards > 0 ? [guardsHeld] : [])].map(make => make())
  return [...asked, ...standing.filter(check => !asked.some(other => other.name === check.name))]
}
