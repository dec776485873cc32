// What both pipelines send to a destination, read back: which event each item of a batch is, and the id it is deduplicated on.

interface Track {
  messageId: string
  properties: { shop: string; order_id: string; topic: string; revenue: string; currency: string; source_digest?: string }
}

/** Names the events of one batch request. Structural on purpose: the services know nothing of who reads their requests. */
export function correlate(request: { json(): { batch: Track[] } }) {
  return request.json().batch.map(({ messageId, properties }) => ({
    shop: properties.shop,
    orderId: properties.order_id,
    topic: properties.topic,
    amount: properties.revenue,
    currency: properties.currency,
    digest: properties.source_digest,
    idempotencyKey: messageId,
  }))
}
