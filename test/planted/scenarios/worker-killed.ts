import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'worker-killed',
  hypothesis: 'A worker that is killed twice, with orders in its hands, loses none and relays none under a second name.',
  system: variant({ settle: '7s' }),
  parameters: { rate: 15, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('1s').kill('worker').for('0.5s'), at('4s').kill('worker').for('0.5s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
