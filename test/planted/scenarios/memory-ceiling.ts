import { defineScenario, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { oneTry, patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'memory-ceiling',
  hypothesis: 'An intake lives within the memory that it is given, however many orders go through it.',
  system: variant({ settle: '4s', heapMegabytes: { ingest: 22 } }),
  parameters: { rate: 20, duration: '9s' },
  load: parameters => steady(parameters, { retries: oneTry }),
  generator: patient,
  expect: [noLoss(), noDuplicateEffects(), noPhantoms()],
})
