/**
 * Random numbers by position: the same (seed, purpose, index) gives the same number in any thread, process or order of asking,
 * so nothing that is drawn needs to be stored. The mixing steps are those of MurmurHash3's 32-bit finalizer.
 */
export const purposes = {
  shop: 0x1f3d5b79, shopRank: 0x2545f491, template: 0x3c6ef372, amount: 0x510e527f, identity: 0x6a09e667, eventId: 0x1b873593, webhookId: 0x5bd1e995,
  repeatWebhookId: 0x1d8af066, disorder: 0x2c1b3c6d, duplicate: 0x297a2d39, late: 0x4cf5ad43, lateByHours: 0x2127599b, flashSale: 0x68e31da4, flashSaleShop: 0x3243f6a9,
  faultDuplicate: 0x165667b1, faultDisorder: 0x38495ab5, faultDropRetries: 0x71374491, faultUnsubscribe: 0x59f111f1,
  matrixOrder: 0x7137ee29, explore: 0x428a2f98,
} as const

/** A number in [0, 1) if this index is among `share` of all, drawn at random, or undefined. What is left of the draw is as random as the draw. */
export function drawAmong(seed: number, purpose: number, index: number, share: number): number | undefined {
  const drawn = draw(seed, purpose, index) / 2 ** 32
  return drawn < share ? drawn / share : undefined
}

/** A whole number in [0, 2³²). */
export function draw(seed: number, purpose: number, index: number): number {
  return mix(mix(mix(seed) ^ purpose) ^ index)
}

function mix(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
