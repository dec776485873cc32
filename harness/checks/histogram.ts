import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'

const subBuckets = 2048
const half = subBuckets / 2
const size = 22 * half + half

export interface Percentiles {
  p50: number
  p90: number
  p99: number
  p999: number
  max: number
  count: number
}

/** A histogram as it crosses threads. */
export interface TickCounts {
  /** Up to the highest bucket that has any. */
  counts: Uint32Array
  maxTicks: number
  count: number
}

/**
 * A histogram of 10 µs ticks with three significant digits in HDR's bucket layout, over all 32-bit values. Recording costs a shift and an
 * increment (hdr-histogram-js takes a logarithm), which is what makes a million events times five columns cheap; `serialize` hands over to HDR.
 */
export class TickHistogram {
  private readonly counts = new Uint32Array(size)
  private highest = -1
  private maxTicks = 0
  count = 0

  record(ticks: number): void {
    const shift = ticks < subBuckets ? 0 : 21 - Math.clz32(ticks)
    const index = shift * half + (ticks >>> shift)
    this.counts[index]++
    this.count++
    if (index > this.highest) this.highest = index
    if (ticks > this.maxTicks) this.maxTicks = ticks
  }

  /** Ticks that this share (0 to 1) of the values does not exceed, at three significant digits; 0 where nothing was recorded. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.count))
    let seen = 0
    for (let index = 0; index <= this.highest; index++) {
      seen += this.counts[index]
      if (seen >= wanted) return Math.min(this.maxTicks, lowest(index) + width(index) - 1)
    }
    return 0
  }

  /** In ms. */
  percentiles(): Percentiles {
    const ms = (share: number): number => this.quantile(share) / 100
    return { p50: ms(0.5), p90: ms(0.9), p99: ms(0.99), p999: ms(0.999), max: this.maxTicks / 100, count: this.count }
  }

  /** HDR histogram in microseconds, compressed, base64. */
  serialize(): string {
    const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 36, numberOfSignificantValueDigits: 3, bitBucketSize: 32 })
    for (let index = 0; index <= this.highest; index++) {
      if (this.counts[index] > 0) histogram.recordValueWithCount((lowest(index) + Math.floor(width(index) / 2)) * 10, this.counts[index])
    }
    return encodeIntoCompressedBase64(histogram)
  }

  snapshot(): TickCounts {
    return { counts: this.counts.slice(0, this.highest + 1), maxTicks: this.maxTicks, count: this.count }
  }

  /** Adds all values of another one. */
  add({ counts, maxTicks, count }: TickCounts): void {
    for (let index = 0; index < counts.length; index++) this.counts[index] += counts[index]
    this.highest = Math.max(this.highest, counts.length - 1)
    this.maxTicks = Math.max(this.maxTicks, maxTicks)
    this.count += count
  }

  clear(): void {
    this.counts.fill(0, 0, this.highest + 1)
    this.highest = -1
    this.maxTicks = 0
    this.count = 0
  }
}

function lowest(index: number): number {
  return index < subBuckets ? index : (index % half + half) * width(index)
}

function width(index: number): number {
  return index < subBuckets ? 1 : 2 ** (Math.floor(index / half) - 1)
}
