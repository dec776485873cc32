import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import clustered from 'floodmark/clustered'

export default defineScenario({
  name: 'queue-leader',
  hypothesis: 'A queue of three nodes whose leader dies under a steady load delays orders until another leads, and loses none.',
  system: clustered,
  recoveryBound: '5s',
  parameters: { rate: 600, duration: '52s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [at('40%').killLeader('buffer').for('20%')],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ backlog: '5s' }),
  ],
})
