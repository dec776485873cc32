import { at, constant, defineScenario, noDuplicateEffects, noLoss, noPhantoms, shopify2024, throughput } from 'floodmark'
import { referenceWith } from 'floodmark/reference'

/** The second control: the worker is paused just before the queue is killed, so the queue dies with orders in its hands. */
export default defineScenario({
  name: 'memory-queue',
  hypothesis: 'A queue that keeps its messages in memory is found out: what it held when it was killed is lost.',
  system: referenceWith({ storage: 'memory' }),
  parameters: { rate: 600, duration: '60s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [at('30%').pause('worker').for('10%'), at('35%').kill('buffer').for('5%')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), throughput({ atLeast: 0.9999 })],
})
