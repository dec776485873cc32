import { at, defineScenario, noDuplicateEffects, noLoss, noPhantoms, type Check } from 'floodmark'
import { oneTry, patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

/** What was refused with a status that says "not taken" has not arrived. */
const refusalsHold: Check = {
  name: 'refusalsHold',
  invariant: true,
  expected: 'nothing that was refused arrives',
  judge({ accounts }) {
    const { refused, acked, refusedButApplied } = accounts
    const observed = `${refusedButApplied} of ${refused} refused events arrived`
    return { verdict: acked === 0 ? 'unknown' : refusedButApplied > 0 ? 'fail' : 'pass', observed, evidence: [] }
  },
}

export default defineScenario({
  name: 'one-try',
  hypothesis: 'An intake that does not know whether the queue has an order does not say that it is not taken.',
  system: variant({ settle: '5s' }),
  parameters: { rate: 8, duration: '6s' },
  load: parameters => steady(parameters, { retries: oneTry }),
  generator: patient,
  faults: [at('1s').pause('buffer').for('3.6s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), refusalsHold],
})
