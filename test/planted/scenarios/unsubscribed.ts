import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms, shopify2024, throughput } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

/** Gives up after half a second, where Shopify takes four hours. */
const impatient = { ...shopify2024, name: 'impatient', delaysMs: [120_000, 240_000] }

export default defineScenario({
  name: 'unsubscribed',
  hypothesis: 'Orders of which the platform sends nothing any more are brought back by reconciliation, every page and every hour of them.',
  system: variant({ settle: '9s' }),
  parameters: { rate: 15, duration: '10s' },
  load: parameters => steady(parameters, { shops: 2, retries: impatient }),
  generator: patient,
  faults: [at('1s').cut('platform->intake').for('2s')],
  repair: true,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.995 })],
})
