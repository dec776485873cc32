// Whether a webhook was signed with the app's secret: decided over the raw bytes, before anything reads them.
import { createHash, hash, timingSafeEqual } from 'node:crypto'

const blockBytes = 64
const digestBytes = 32
const base64Length = 44

/**
 * Checks base64(HMAC-SHA256(body, secret)) in constant time. The HMAC is RFC 2104 spelled out as two one-shot hashes, whose first blocks depend on
 * the secret alone: cheaper than an Hmac object per webhook. Bodies up to `scratchBytes` are hashed in a buffer that is kept.
 */
export class SignatureCheck {
  readonly #outer = Buffer.alloc(blockBytes + digestBytes, 0x5c)
  readonly #innerBlock = Buffer.alloc(blockBytes, 0x36)
  readonly #scratch: Buffer
  readonly #given = Buffer.alloc(digestBytes)

  constructor(secret: string, scratchBytes = 64 * 1024) {
    const bytes = Buffer.from(secret)
    const key = bytes.length > blockBytes ? createHash('sha256').update(bytes).digest() : bytes
    for (const [at, byte] of key.entries()) {
      this.#innerBlock[at] ^= byte
      this.#outer[at] ^= byte
    }
    this.#scratch = Buffer.concat([this.#innerBlock], blockBytes + scratchBytes)
  }

  /** Whether `signature` is the body's, as the header has it. A missing or truncated one is not. */
  accepts(body: Buffer, signature: unknown): boolean {
    if (typeof signature !== 'string' || signature.length !== base64Length || this.#given.write(signature, 'base64') !== digestBytes) return false
    return timingSafeEqual(this.#digest(body), this.#given)
  }

  #digest(body: Buffer): Buffer {
    this.#outer.write(hash('sha256', this.#inner(body), 'binary'), blockBytes, 'latin1')
    return hash('sha256', this.#outer, 'buffer')
  }

  #inner(body: Buffer): Buffer {
    if (body.length + blockBytes > this.#scratch.length) return Buffer.concat([this.#innerBlock, body])
    body.copy(this.#scratch, blockBytes)
    return this.#scratch.subarray(0, blockBytes + body.length)
  }
}
