import { at, constant, defineScenario, noLoss, shopify2024 } from 'floodmark'
import small from '../fixtures/command/small.ts'

export default defineScenario({
  name: 'many-faults',
  hypothesis: 'Whenever the harness dies under these, none of them outlives it.',
  system: small,
  parameters: { rate: 40, duration: '30s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 5, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [
    at('1s').slow('intake->destination', { latency: '80ms' }).for('6s'),
    at('1s').every('3s').times(3).cut('intake->platform').for('1500ms'),
    at('1500ms').every('3s').times(3).pause('store').for('2s'),
    at('2s').every('4s').times(2).kill('buffer').for('2s'),
    at('3s').every('2s').times(3).fail('destination', { share: 0.3 }).for('1s'),
    at('4s').slow('platform->intake', { latency: '50ms' }).for('3s'),
  ],
  expect: [noLoss()],
})
