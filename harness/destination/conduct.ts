// How one of the harness's servers conducts itself at present: as its profile says, or as a fault wants it.
import { createCallLimit } from '../platform/call-limit.ts'
import { mustDurationMs } from '../scenario/duration.ts'
import type { Distribution } from '../scenario/system.ts'
import { delaySampler } from './latency.ts'
import type { Misbehaviour } from './misbehaviour.ts'

/** What one request meets. */
export interface Meeting {
  /** Undefined: nothing but the profile. */
  misbehaviour: Misbehaviour | undefined
  /** How late the answer is to be. */
  delayMs: number
}

export class Conduct {
  /** Requests that have met a misbehaviour so far, probes aside. */
  met = 0
  readonly #random: () => number
  readonly #profileDelay: Delay
  #misbehaviour: Misbehaviour | undefined
  #faultDelay: Delay
  #isSpared: () => boolean = () => false

  /** `latency` is the profile's; `random` is uniform in [0, 1). */
  constructor(latency: Distribution, random: () => number) {
    this.#random = random
    this.#profileDelay = delayOf(latency, random)
    this.#faultDelay = this.#profileDelay
  }

  /** From now on as this says, or as the profile does. */
  set(misbehaviour: Misbehaviour | undefined): void {
    this.#misbehaviour = misbehaviour
    this.#faultDelay = misbehaviour?.latency === undefined ? this.#profileDelay : delayOf(misbehaviour.latency, this.#random)
    this.#isSpared = sparing(misbehaviour?.sparedPerSecond ?? 0)
  }

  /** What the request that has just come meets. A probe's delay is the median, so that a single one says something. */
  meet(isProbe: boolean): Meeting {
    const misbehaviour = isProbe || this.#isHit() ? this.#misbehaviour : undefined
    if (misbehaviour !== undefined && !isProbe) this.met++
    const delay = misbehaviour === undefined ? this.#profileDelay : this.#faultDelay
    return { misbehaviour, delayMs: isProbe ? delay.median : delay.sample() }
  }

  #isHit(): boolean {
    return this.#misbehaviour !== undefined && this.#random() < (this.#misbehaviour.share ?? 1) && !this.#isSpared()
  }
}

interface Delay {
  median: number
  sample: () => number
}

function delayOf(latency: Distribution, random: () => number): Delay {
  return { median: mustDurationMs(latency.p50), sample: delaySampler(latency, random) }
}

/** A bucket that holds one second's requests. */
function sparing(perSecond: number): () => boolean {
  if (perSecond === 0) return () => false
  const limit = createCallLimit(1, { size: perSecond, leakPerSecond: perSecond })
  return () => limit.take(0).retryAfterMs === 0
}
