import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

// The death of October 2019. Only containers have a ceiling: run it with --env containers.
export default defineScenario({
  name: 'out-of-memory',
  hypothesis: 'A worker under a memory ceiling that it cannot keep is killed with orders in its hands again and again; each of them arrives, and takes effect once.',
  system: reference,
  parameters: { rate: 500, duration: '60s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [at('25%').limitMemory('worker', { to: '56MB' }).for('30%')],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ backlog: '20s' }),
  ],
})
