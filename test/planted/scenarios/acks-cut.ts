import { at, defineScenario, duplicateArrivals, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'acks-cut',
  hypothesis: 'Orders whose acks were lost come back from the queue, and the ledger knows that they were relayed.',
  system: variant({ settle: '7s' }),
  parameters: { rate: 15, duration: '4s' },
  load: parameters => steady(parameters),
  generator: patient,
  faults: [at('1s').cut('worker->buffer').for('2s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), duplicateArrivals({ atMost: 0 })],
})
