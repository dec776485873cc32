import { defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'refusing-destination',
  hypothesis: 'An order that the destination refuses takes no other with it, and arrives once the destination has thought better of it.',
  system: variant({ settle: '5s', gateway: 'refuses' }),
  parameters: { rate: 15, duration: '5s' },
  load: parameters => steady(parameters),
  generator: patient,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
