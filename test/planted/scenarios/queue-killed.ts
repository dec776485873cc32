import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'queue-killed',
  hypothesis: 'While the queue is away nothing is accepted, and afterwards the worker goes on by itself.',
  system: variant({ settle: '7s' }),
  parameters: { rate: 12, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('1s').kill('buffer').for('2s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
