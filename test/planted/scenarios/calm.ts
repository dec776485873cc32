import { defineScenario, delay, duplicateArrivals, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'calm',
  hypothesis: 'With nothing broken each order arrives once, whole and soon.',
  system: variant({ settle: '4s' }),
  parameters: { rate: 15, duration: '8s' },
  load: parameters => steady(parameters, { topics: ['orders/create', 'orders/paid'] }),
  generator: patient,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), duplicateArrivals({ atMost: 0 }), delay({ p99: '2s' })],
})
