import type { Destination } from '../scenario/system.ts'

type Options = Partial<Destination>

/** An HTTP endpoint that takes what `correlate` can read, remembers idempotency keys for a day, and answers in 100 ms. */
export function httpDestination(options: Options = {}): Destination {
  return {
    path: '/',
    latency: { p50: '100ms' },
    failures: { share: 0, statuses: [503] },
    idempotencyWindow: '24h',
    answer: '{}',
    ...options,
  }
}

/** The shape of an analytics endpoint: batches at `/v1/batch`, each item with an id of its own that is deduplicated on. */
export function segmentLike(options: Options = {}): Destination {
  return httpDestination({ path: '/v1/batch', answer: '{"success":true}', ...options })
}
