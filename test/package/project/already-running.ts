import { defineSystem, http, running, segmentLike } from 'floodmark'
import { correlate } from './pipeline.ts'

export default defineSystem({
  components: { relay: running({ url: process.env.RELAY_URL!, ready: http('/healthz'), connectsTo: ['crm'] }) },
  roles: { intake: 'relay' },
  intake: { path: '/hooks', secret: 'known to both' },
  destinations: { crm: segmentLike({ port: Number(process.env.CRM_PORT) }) },
  correlate,
  settle: '2s',
})
