import { at, constant, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'silent-unsubscribe',
  hypothesis: 'The platform gives up on an intake that was away for too long and removes its subscriptions; reconciliation brings every order back.',
  system: reference,
  parameters: { rate: 500, duration: '75s' },
  // Four hours of retries pass in 15 s, so an outage of 22 s uses them up.
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 960 }),
  faults: [at('20%').cut('platform->intake').for('30%')],
  repair: true,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.9999 })],
})
