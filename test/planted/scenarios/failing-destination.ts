import { defineScenario, duplicateArrivals, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'failing-destination',
  hypothesis: 'A destination that is in trouble for some seconds is spared, waited for, and then served to the last order.',
  system: variant({ settle: '5s', gateway: 'fails' }),
  parameters: { rate: 15, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), duplicateArrivals({ atMost: 0.25 })],
})
