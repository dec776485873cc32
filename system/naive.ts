// The pipeline as it was before the outage: everything in one process. It must pass without faults and lose orders with them, or the harness proves nothing.
import { defineSystem, http, node, postgres, segmentLike } from 'floodmark'
import { correlate } from './correlate.ts'

export default defineSystem({
  components: {
    ledger: postgres({ schema: './naive/schema.sql' }),
    app: node('./naive/main.ts', {
      env: ({ to, host, port, secret }) => ({ HOST: host, PORT: port, WEBHOOK_SECRET: secret, LEDGER_URL: to('ledger'), DESTINATION_URL: `${to('analytics')}/v1/batch` }),
      ready: http('/healthz'),
    }),
  },
  roles: { intake: 'app', buffer: 'app', worker: 'app', store: 'ledger' },
  intake: { path: '/webhooks', refusedStatuses: [401] },
  destinations: { analytics: segmentLike() },
  correlate,
  // Nothing is ever delivered again; three tries of a second each on both sides are over long before this.
  settle: '9s',
})
