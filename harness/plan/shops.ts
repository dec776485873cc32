// The shops of a plan and how the orders fall to them: a few large ones and a long tail, as on any shared platform.
import { ticksPerMs } from '../history/history.ts'
import { flashSaleWindow, type Realism } from '../scenario/realism.ts'
import { draw, drawAmong, purposes } from './draw.ts'

export const maxShops = 0xffff

/** `shop-0001.myshopify.com` and so on. */
export function shopDomains(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `shop-${String(index + 1).padStart(4, '0')}.myshopify.com`)
}

/**
 * Draws the shop of an order. Shares follow Zipf's law (the shop of rank n has 1/n of the largest one's orders), and the seed
 * decides which shop has which rank. Among 200 shops the largest gets 17 % of the orders.
 */
export function shopSampler(count: number, seed: number): (order: number) => number {
  const ranked = Array.from({ length: count }, (_, shop) => shop).sort((a, b) => draw(seed, purposes.shopRank, a) - draw(seed, purposes.shopRank, b) || a - b)
  const upTo = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) upTo[rank] = sum += 1 / (rank + 1)
  return order => {
    const drawn = (draw(seed, purposes.shop, order) / 2 ** 32) * sum
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (upTo[middle] > drawn) high = middle
      else low = middle + 1
    }
    return ranked[low]
  }
}

/** Draws which orders of the flood fall to the one shop in a flash sale: that shop, by order and the tick at which it came in, or undefined for any other order. */
export function flashSaleSampler(sale: NonNullable<Realism['flashSale']>, count: number, seed: number, floodMs: number): (order: number, tick: number) => number | undefined {
  const { fromMs, toMs } = flashSaleWindow(sale, floodMs)
  const shop = draw(seed, purposes.flashSaleShop, 0) % count
  return (order, tick) => {
    const isOpen = tick >= fromMs * ticksPerMs && tick < toMs * ticksPerMs
    return isOpen && drawAmong(seed, purposes.flashSale, order, sale.share) !== undefined ? shop : undefined
  }
}
