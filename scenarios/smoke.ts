import { constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024 } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'smoke',
  hypothesis: 'With nothing broken, a few seconds of orders arrive once, whole, and soon.',
  system: reference,
  parameters: { rate: 200, duration: '5s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 20, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  // Too few events for a claim of four nines; it says that everything is plugged together.
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), delay({ p99: '2s' })],
})
