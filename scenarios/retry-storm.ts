import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'retry-storm',
  hypothesis: 'After two hours of outage the platform comes back with every retry wave at once; the intake takes them all.',
  system: reference,
  parameters: { rate: 340, duration: '90s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240, maxSockets: 1_500 }),
  // A third of 90 s is two hours of the retry schedule: seven of its eight waves.
  faults: [at('20%').kill('intake').for('33%')],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ admission: '10s' }),
  ],
})
