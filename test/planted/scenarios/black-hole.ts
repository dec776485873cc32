import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'black-hole',
  hypothesis: 'An order that the queue never answered for is not accepted.',
  system: variant({ settle: '5s' }),
  parameters: { rate: 10, duration: '5s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('0.5s').blackhole('intake->buffer').for('3.6s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
