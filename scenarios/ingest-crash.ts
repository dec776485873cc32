import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'ingest-crash',
  hypothesis: 'What the intake has answered 200 is safe the moment it answered, even if it is killed right after.',
  system: reference,
  parameters: { rate: 600, duration: '52s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240, maxSockets: 2_000 }),
  faults: [at('20%').every('15%').times(3).kill('intake').for('3%')],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ admission: '10s' }),
  ],
})
