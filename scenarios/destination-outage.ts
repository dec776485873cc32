import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'destination-outage',
  hypothesis: 'A destination that refuses, and later answers slowly, is waited for; each order arrives once.',
  system: reference,
  parameters: { rate: 600, duration: '60s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [
    at('20%').cut('worker->destination').for('20%'),
    at('60%').slow('worker->destination', { latency: '800ms', jitter: '200ms' }).for('15%'),
  ],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ backlog: '20s' }),
  ],
})
