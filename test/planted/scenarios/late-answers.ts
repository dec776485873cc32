import { at, defineScenario, duplicateArrivals, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

/** The queue remembers for longer than the fault lasts. */
const memory = { DUPLICATE_WINDOW_MS: 10_000 }

export default defineScenario({
  name: 'late-answers',
  hypothesis: 'A webhook that the platform repeats, since nobody said that the queue has it, is known there by its id.',
  system: variant({ settle: '5s', env: { ingest: memory, worker: memory, reconciler: memory } }),
  parameters: { rate: 10, duration: '5s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('0.5s').pause('buffer').for('3.6s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), duplicateArrivals({ atMost: 0 })],
})
