import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'moody-destination',
  hypothesis: 'Only what a destination says that it has taken counts as taken.',
  system: variant({ settle: '5s' }),
  parameters: { rate: 15, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('0.5s').fail('destination').for('1s'), at('2.5s').acceptHalf('destination').for('1s'), at('4.5s').garble('destination').for('1s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
