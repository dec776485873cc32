import { defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'strangers',
  hypothesis: 'What nobody signed is turned away unread, and what is signed and makes no sense holds up nobody.',
  system: variant({ settle: '4s', stranger: true }),
  parameters: { rate: 15, duration: '5s' },
  load: parameters => steady(parameters),
  generator: patient,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), delay({ p99: '2s' })],
})
