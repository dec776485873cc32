import { defineSystem, http, nats, node, postgres, segmentLike } from 'floodmark'
import { correlate } from '../fixtures/command/bare.ts'

/** The pipeline of forgetful-relay.ts. */
export default defineSystem({
  components: {
    queue: nats(),
    ledger: postgres(),
    relay: node('./forgetful-relay.ts', { env: ({ to, port }) => ({ PORT: port, CRM_URL: to('crm'), QUEUE: to('queue'), LEDGER: to('ledger'), SHOP: to('platform') }), ready: http('/healthz') }),
  },
  roles: { intake: 'relay', buffer: 'queue', store: 'ledger' },
  intake: { path: '/hooks', refusedStatuses: [503] },
  destinations: { crm: segmentLike({ latency: { p50: '5ms' } }) },
  correlate,
  settle: '2s',
})
