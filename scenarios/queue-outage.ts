import { at, defineScenario, delay, intact, noDuplicateEffects, noLoss, noonStep, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'queue-outage',
  hypothesis: 'A fifth of the noon rush without the queue, from its peak on, delays orders and loses none.',
  system: reference,
  parameters: { rate: 850, duration: '62s' },
  load: ({ rate, duration }) => ({ shape: noonStep({ base: rate / 3, peak: rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240, maxSockets: 2_000 }),
  faults: [at('52%').kill('buffer').for('20%')],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ backlog: '15s' }),
  ],
})
