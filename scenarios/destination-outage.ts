import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'destination-outage',
  hypothesis: 'A destination that fails, then answers slowly, then takes half of what it is sent, is waited for; each order arrives once.',
  system: reference,
  parameters: { rate: 600, duration: '52s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [
    at('30%').fail('destination', { status: 503 }).for('20%'),
    at('60%').slowDown('destination', { p50: '800ms', p99: '1500ms' }).for('12%'),
    at('80%').acceptHalf('destination').for('10%'),
  ],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ backlog: '20s' }),
  ],
})
