import { at, constant, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024 } from 'floodmark'
import pipeline from './pipeline.ts'

export default defineScenario({
  name: 'quick',
  hypothesis: 'What is passed on before it is answered is never lost.',
  system: pipeline,
  parameters: { rate: 40, duration: '3s', harm: 'none' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 5, topics: ['orders/create'], retries: shopify2024, timeScale: 240 }),
  faults: ({ harm }) => (harm === 'intake' ? [at('30%').kill('intake').for('20%')] : []),
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
