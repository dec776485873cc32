// How the events of a flood lie on the integral of its shape: what arrivals.ts then turns into instants.
import { draw } from './draw.ts'

/**
 * `even`: as far apart as the rate says, so that every 10 ms hold what was planned. `uniform`: each anywhere within its own such space. `poisson`: as independent
 * customers come, some seconds fuller than others (a Poisson process of the shape's rate, given that the plan's number of events came).
 */
export const spacings = ['even', 'uniform', 'poisson'] as const
export type Spacing = (typeof spacings)[number]

/** Sets these draws apart from all others of the seed. */
const spacingPurpose = 0x428a2f98

export interface Spread {
  /** Integral of the shape from start to end, events. */
  total: number
  /** How many events are planned: the total but for what is less than an order. */
  count: number
  seed: number
}

/** Gives the places of events 0, 1, 2 and so on at each call, in events of the integral: never falling, in [0, total] for all of `count`. */
export function placesOf(spacing: Spacing, spread: Spread): () => number {
  let event = 0
  switch (spacing) {
    case 'even': return () => event++ + 0.5
    case 'uniform': {
      const space = spread.total / spread.count
      return () => (event + share(spread.seed, event++)) * space
    }
    case 'poisson': return sortedUniforms(spread)
  }
}

/**
 * Given their number, the arrivals of a Poisson process lie on its integral like so many uniform draws in their order. Exponential gaps added up, as a share of the sum of
 * `count` + 1 of them, are uniform draws already sorted (Devroye 1986, V.3): no memory, no sort. The gaps are drawn twice, first for their sum.
 */
function sortedUniforms({ total, count, seed }: Spread): () => number {
  let sum = 0
  for (let event = 0; event <= count; event++) sum += exponentialGap(seed, event)
  const scale = total / sum
  let event = 0
  let reached = 0
  return () => (reached += exponentialGap(seed, event++)) * scale
}

function exponentialGap(seed: number, event: number): number {
  return -Math.log(share(seed, event))
}

/** In (0, 1), both ends left out. */
function share(seed: number, event: number): number {
  return (draw(seed, spacingPurpose, event) + 0.5) / 2 ** 32
}
