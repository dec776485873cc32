// What a destination says it has.

const requestTimeoutMs = 5_000
/** Ids a request: some four kilobytes of URL, which every server takes. */
const idsPerRequest = 100

/** Those of the message ids that the destination has received. The question goes to `received` beside the path that events are posted to, whatever that is. */
export async function receivedAt(destinationUrl: string, messageIds: readonly string[], signal: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>()
  for (let from = 0; from < messageIds.length; from += idsPerRequest) {
    const url = new URL('/received', destinationUrl)
    url.searchParams.set('ids', messageIds.slice(from, from + idsPerRequest).join(','))
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]) })
    if (!response.ok) throw new Error(`the destination answered ${response.status} when asked what it has`)
    const { received } = await response.json() as { received: string[] }
    for (const id of received) found.add(id)
  }
  return found
}
