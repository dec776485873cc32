import { defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'forgetful-destination',
  hypothesis: 'What a destination took and does not have is found and brought again.',
  system: variant({ settle: '9s', gateway: 'forgets' }),
  parameters: { rate: 15, duration: '5s' },
  load: parameters => steady(parameters, { shops: 3 }),
  generator: patient,
  repair: true,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
