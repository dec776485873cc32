import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'destination-cut',
  hypothesis: 'A destination that cannot be reached is waited for, however often it was tried.',
  system: variant({ settle: '5s' }),
  parameters: { rate: 15, duration: '5s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('0.5s').cut('worker->destination').for('3.5s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
