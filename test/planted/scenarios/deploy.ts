import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'deploy',
  hypothesis: 'A worker that is told to end while its destination is away finishes or gives back what it holds.',
  system: variant({ settle: '7s' }),
  parameters: { rate: 15, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('0.5s').cut('worker->destination').for('2.5s'), at('1.5s').deploy('worker').for('3.5s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
