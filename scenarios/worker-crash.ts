import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'worker-crash',
  hypothesis: 'A worker that is killed again and again, with orders in its hands, loses none and relays none twice.',
  system: reference,
  parameters: { rate: 600, duration: '52s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [at('15%').every('15%').times(3).kill('worker').for('3%')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true })],
})
