import { at, constant, defineScenario, noLoss, shopify2024 } from 'floodmark'
import forgetful from './forgetful.ts'

export default defineScenario({
  name: 'two-of-eight',
  hypothesis: 'Of these eight faults it takes two to lose an order: both places to note it in must be away at once.',
  system: forgetful,
  parameters: { rate: 40, duration: '14s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 5, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: [
    at('2s').slow('intake->destination', { latency: '60ms' }).for('3s'),
    at('2s').slow('platform->intake', { latency: '40ms' }).for('3s'),
    at('2s').slow('intake->platform', { latency: '80ms' }).for('3s'),
    at('4s').cut('intake->buffer').for('4s'),
    at('5s').cut('intake->store').for('4s'),
    at('6s').slow('intake->destination', { latency: '90ms' }).for('3s'),
    at('8s').slow('platform->intake', { latency: '30ms' }).for('3s'),
    at('9s').cut('intake->platform').for('3s'),
  ],
  expect: [noLoss()],
  generator: { lagP99Ms: 500 },
})
