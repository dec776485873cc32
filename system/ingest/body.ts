// Reads the body of a webhook: the hot path of the intake, so straight from Node's request.
import type { IncomingMessage } from 'node:http'

/** What became of reading a body: its bytes, or undefined where it is larger than it may be. A sender that goes away in the middle is heard of no more. */
type Taken = (body: Buffer | undefined) => void

/** Reads a body of at most `maxBytes`. Calls `taken` once, for one that is too large as soon as that is known; the rest of it is then left unread. */
export function readBody(request: IncomingMessage, maxBytes: number, taken: Taken): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return taken(undefined)
  const chunks: Buffer[] = []
  let length = 0
  request.on('data', (chunk: Buffer) => {
    if (length > maxBytes) return
    length += chunk.length
    if (length > maxBytes) taken(undefined)
    else chunks.push(chunk)
  })
  request.on('end', () => {
    // Most webhooks come in one piece, which needs no copy.
    if (length <= maxBytes) taken(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length))
  })
}
