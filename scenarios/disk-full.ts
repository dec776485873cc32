import { at, constant, defineScenario, delay, intact, noDuplicateEffects, noLoss, noPhantoms, recovery, shopify2024, throughput } from 'floodmark'
import reference from 'floodmark/reference'

// Only containers have disks that can be filled: run it with --env containers.
export default defineScenario({
  name: 'disk-full',
  hypothesis: 'While the disk of the queue is full no order is taken on that cannot be stored; the platform comes again, and once there is room each order arrives.',
  system: reference,
  parameters: { rate: 400, duration: '75s' },
  // A queue that takes and never answers holds each webhook for a while.
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 200, topics: ['orders/create'], retries: shopify2024, timeScale: 120, maxSockets: 2_000 }),
  faults: [at('25%').fillDisk('buffer').for('12%')],
  expect: [
    noLoss(), noDuplicateEffects(), noPhantoms(), intact(),
    throughput({ atLeast: 0.9999 }), delay({ p99: '2s', outsideFaults: true }), recovery({ admission: '10s', backlog: '20s' }),
  ],
})
