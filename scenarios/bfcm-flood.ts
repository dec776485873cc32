import { defineScenario, delay, intact, noDuplicateEffects, noLoss, noonStep, noPhantoms, portion, rollingMidnights, sequence, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

export default defineScenario({
  name: 'bfcm-flood',
  hypothesis: 'A weekend of rolling midnights and then the noon of Black Friday get through, each order within seconds.',
  system: reference,
  parameters: { rate: 800, duration: '75s' },
  load: ({ rate, duration }) => ({
    shape: sequence([
      rollingMidnights({ base: rate / 8, peak: rate * 0.75, over: portion(duration, 0.5) }),
      noonStep({ base: rate / 4, peak: rate, over: portion(duration, 0.5) }),
    ]),
    shops: 500,
    topics: ['orders/create'],
    retries: shopify2024,
    timeScale: 240,
  }),
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.9999 }), delay({ p99: '2s' })],
})
