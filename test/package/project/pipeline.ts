import { command, defineSystem, http, segmentLike, type DestinationRequest } from 'floodmark'

interface Item { event: string; amount: string; currency: string }

export function correlate(request: DestinationRequest) {
  return (request.json() as Item[]).map(({ event, amount, currency }) => ({ eventId: event, amount, currency, idempotencyKey: event }))
}

export default defineSystem({
  components: {
    relay: command(['node', 'relay.mjs'], { env: ({ to, host, port }) => ({ HOST: host, PORT: port, CRM_URL: to('crm') }), ready: http('/healthz') }),
  },
  roles: { intake: 'relay' },
  intake: { path: '/hooks' },
  destinations: { crm: segmentLike() },
  correlate,
  settle: '2s',
})
