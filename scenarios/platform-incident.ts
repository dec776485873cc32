import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'platform-incident',
  hypothesis: 'A platform that rotates the secret, falls silent and catches up, sends twice and forgets subscriptions delays orders; with reconciliation none is missing, none doubled.',
  system: reference,
  parameters: { rate: 500, duration: '62s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 960 }),
  faults: [
    at('10%').rotateSecret().for('15%'),
    at('30%').silence({ catchUp: '10s' }).for('15%'),
    at('55%').duplicate({ share: 0.2 }).for('15%'),
    at('75%').unsubscribe({ share: 0.2 }).for('15%'),
  ],
  repair: true,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true })],
})
