import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'backlog-killed',
  hypothesis: 'What waits in the queue for a worker that is away survives the death of the queue, and full batches of it go through whole.',
  system: variant({ settle: '7s' }),
  parameters: { rate: 15, duration: '7s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('0.5s').kill('worker').for('4s'), at('2.5s').kill('buffer').for('1s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
