import { ticksPerMs } from '../history/history.ts'
import { eventAt } from '../plan/plan.ts'
import { DELIVERED, type Accounts } from './accounts.ts'
import type { Observations } from './observations.ts'

const hourMs = 3_600_000

/** Delivered of planned for one shop in one (scaled) hour of the flood, by the planned instant. */
export interface ShopHour {
  shop: string
  hour: number
  delivered: number
  planned: number
}

/**
 * The shop and hour with the smallest throughput, of equals the one with the most planned; null where nothing was planned. Reported with its counts and never judged:
 * a cell is too small for four nines. Walks the plan in the order of its instants, so one hour's counters are held at a time.
 */
export function findWorstShopHour({ plan, timeScale, accounts }: Pick<Observations, 'plan' | 'timeScale'> & { accounts: Pick<Accounts, 'state'> }): ShopHour | null {
  const hourTicks = (hourMs / timeScale) * ticksPerMs
  const planned = new Uint32Array(plan.shops.length)
  const delivered = new Uint32Array(plan.shops.length)
  const touched: number[] = []
  let worst: ShopHour | null = null
  const closeHour = (hour: number): void => {
    for (const shop of touched) {
      const [cellDelivered, cellPlanned] = [delivered[shop], planned[shop]]
      // Cross-multiplied, to compare shares without rounding.
      const difference = worst === null ? -1 : cellDelivered * worst.planned - worst.delivered * cellPlanned
      if (worst === null || difference < 0 || (difference === 0 && cellPlanned > worst.planned)) worst = { shop: plan.shops[shop], hour, delivered: cellDelivered, planned: cellPlanned }
      planned[shop] = delivered[shop] = 0
    }
    touched.length = 0
  }
  let hour = 0
  for (let place = plan.warmUpCount; place < plan.eventCount; place++) {
    const event = eventAt(plan, place)
    const eventHour = Math.floor(plan.dueTicks[event] / hourTicks)
    if (eventHour !== hour) {
      closeHour(hour)
      hour = eventHour
    }
    const shop = plan.shop[event]
    if (planned[shop]++ === 0) touched.push(shop)
    if (accounts.state[event] === DELIVERED) delivered[shop]++
  }
  closeHour(hour)
  return worst
}
