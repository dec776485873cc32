import { at, defineScenario, intact, noDuplicateEffects, noLoss, noPhantoms } from 'floodmark'
import { patient, steady } from '../load.ts'
import { variant } from '../variant.ts'

export default defineScenario({
  name: 'worker-killed',
  hypothesis: 'A worker that is killed while its destination is away loses nothing of what it holds.',
  system: variant({ settle: '7s' }),
  parameters: { rate: 12, duration: '6s' },
  load: parameters => steady(parameters),
  generator: patient,
  // What it has relayed has arrived: only what waits for the destination can show that it was let go of too early.
  faults: [at('0.5s').cut('worker->destination').for('3s'), at('2s').kill('worker').for('2s')],
  expect: [noLoss(), noDuplicateEffects(), noPhantoms(), intact()],
})
