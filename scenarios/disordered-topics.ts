import { constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'disordered-topics',
  hypothesis: 'Three topics an order, out of order, twice, late by seconds and by an hour, and half of all orders from one shop in a flash sale: each event takes effect once.',
  system: reference,
  parameters: { rate: 640, duration: '50s' },
  load: ({ rate, duration }) => ({
    shape: constant({ rate, over: duration }),
    shops: 2_000,
    topics: ['orders/create', 'orders/updated', 'orders/paid'],
    retries: shopify2024,
    timeScale: 240,
    realism: {
      disorder: { share: 0.1, by: '3s' },
      duplicates: { share: 0.03, by: '5s' },
      debounce: '2s',
      late: { share: 0.01, by: '5s' },
      // 15 s of the run.
      lateByHours: { share: 0.001, by: '1h' },
      flashSale: { share: 0.5, at: '40%', for: '30%' },
    },
  }),
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.9999 }), delay({ p99: '2s' })],
})
