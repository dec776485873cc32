import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'intake-full',
  hypothesis: 'An intake that waits for as many answers as it may turns webhooks away, and drops none that it took.',
  system: variant({ settle: '4s', env: { ingest: { MAX_IN_FLIGHT: 40 } } }),
  parameters: { rate: 15, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('1s').slow('intake->buffer', { latency: '400ms' }).for('3s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
