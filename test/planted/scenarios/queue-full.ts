import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

const room = { STREAM_MAX_BYTES: 1024 ** 2 }

export default defineScenario({
  name: 'queue-full',
  hypothesis: 'A queue that is full refuses what is new and keeps what it promised.',
  system: variant({ settle: '7s', env: { ingest: room, worker: room, reconciler: room } }),
  parameters: { rate: 15, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('0.5s').kill('worker').for('4s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
