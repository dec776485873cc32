import { constant, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

/** What the bench runs: one webhook an order at a constant rate, nothing broken. */
export default defineScenario({
  name: 'steady',
  hypothesis: 'The pipeline keeps up with a constant rate, harness included, on one machine.',
  system: reference,
  parameters: { rate: 5000, duration: '60s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 500, topics: ['orders/create'], retries: shopify2024, timeScale: 240, maxSockets: 2000 }),
  generator: { lagP99Ms: 20, unsent: 0 },
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.9999 })],
})
