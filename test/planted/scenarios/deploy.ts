import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'deploy',
  hypothesis: 'A worker that is told to end finishes or gives back what it holds.',
  system: variant({ settle: '7s' }),
  parameters: { rate: 15, duration: '5s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('1s').deploy('worker').for('1.5s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
