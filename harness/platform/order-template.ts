// Bodies of orders as bytes with holes: made once, copied and filled in for every event.
import { faker } from '@faker-js/faker/locale/en'
import { writeBytes } from './bytes.ts'
import { amountText, makeOrderResource, type OrderResource } from './order-resource.ts'

/** How many bodies there are of either size, and how many line items they have: some 2 KB, and 20 to 60 KB. */
const small = { count: 64, lines: { min: 1, max: 2 } }
const large = { count: 8, lines: { min: 60, max: 165 } }

const idDigits = 16
const numberDigits = 10
const timeText = new Date(0).toISOString()

export interface OrderTemplate {
  readonly bytes: Buffer
  readonly currency: string
  readonly totalCents: number
  /** Offsets of the holes. All have a fixed width, so that a body's length is its template's. */
  readonly ids: readonly number[]
  readonly numbers: readonly number[]
  readonly times: readonly number[]
  readonly amounts: readonly { at: number; cents: number; width: number }[]
}

/** What an order's holes are filled with. */
export interface OrderPatch {
  id: number
  /** Shop's own number of the order, ten digits. */
  number: number
  /** ISO 8601 in UTC with milliseconds, the bytes of 24 characters. */
  time: Buffer
  /** Added to every amount that contains the first line's price. */
  moreCents: number
}

/** The templates of a seed, common ones and large ones. */
export function makeTemplates(seed: number, topics: readonly string[]): { small: OrderTemplate[]; large: OrderTemplate[] } {
  faker.seed(seed)
  const make = ({ count, lines }: typeof small): OrderTemplate[] => Array.from({ length: count }, () => cutTemplate(makeOrderResource(faker.number.int(lines), topics)))
  const templates = { small: make(small), large: make(large) }
  // The instance is shared with whoever else imports faker here: leave it as random as it was.
  faker.seed()
  return templates
}

/** Serializes a resource and notes where its marks stood. */
function cutTemplate({ resource, currency, totalCents }: OrderResource): OrderTemplate {
  const ids: number[] = []
  const numbers: number[] = []
  const times: number[] = []
  const amounts: OrderTemplate['amounts'][number][] = []
  const pieces: Buffer[] = []
  let at = 0
  // A mark that fills its string stands for a number: its quotes go. Split by a pattern with a group, every second piece is a mark.
  for (const piece of JSON.stringify(resource).replace(/"⟦(id|number)⟧"/g, '⟦$1⟧').split(/(⟦[^⟧]+⟧)/)) {
    const [, kind, cents] = /^⟦(\w+)(?::(\d+))?⟧$/.exec(piece) ?? []
    let filled = piece
    if (kind === 'id') {
      ids.push(at)
      filled = '1'.repeat(idDigits)
    } else if (kind === 'number') {
      numbers.push(at)
      filled = '1'.repeat(numberDigits)
    } else if (kind === 'time') {
      times.push(at)
      filled = timeText
    } else if (kind === 'money') {
      filled = amountText(Number(cents))
      amounts.push({ at, cents: Number(cents), width: filled.length })
    }
    at += pieces[pieces.push(Buffer.from(filled)) - 1].length
  }
  return { bytes: Buffer.concat(pieces), currency, totalCents, ids, numbers, times, amounts }
}

/** A body as text and holes by turns, beginning with text: a hole is `id`, `number`, `time`, or an amount's cents before `moreCents` is added. */
export function piecesOf({ bytes, ids, numbers, times, amounts }: OrderTemplate): (string | number)[] {
  const holes = [
    ...ids.map(at => ({ at, width: idDigits, hole: 'id' as const })),
    ...numbers.map(at => ({ at, width: numberDigits, hole: 'number' as const })),
    ...times.map(at => ({ at, width: timeText.length, hole: 'time' as const })),
    ...amounts.map(({ at, width, cents }) => ({ at, width, hole: cents })),
  ].toSorted((a, b) => a.at - b.at)
  let from = 0
  const pieces = holes.flatMap(({ at, width, hole }) => {
    const text = bytes.toString('utf8', from, at)
    from = at + width
    return [text, hole]
  })
  return [...pieces, bytes.toString('utf8', from)]
}

/** Copies a template to `offset` and fills its holes. Returns the bytes written. */
export function writeOrder(template: OrderTemplate, patch: OrderPatch, target: Buffer, offset: number): number {
  target.set(template.bytes, offset)
  for (const at of template.ids) writeDigits(target, offset + at, patch.id, idDigits)
  for (const at of template.numbers) writeDigits(target, offset + at, patch.number, numberDigits)
  for (const at of template.times) writeBytes(target, offset + at, patch.time)
  for (const { at, cents, width } of template.amounts) writeAmount(target, offset + at, cents + patch.moreCents, width)
  return template.bytes.length
}

const zero = 48
/** The digits of 0 to 99, two each. */
const pairs = Buffer.from(Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0')).join(''))
const half = 10 ** 8

/** An even number of digits, two at a time; eight in one go, since whole numbers of 32 bits are divided several times faster than larger ones. */
function writeDigits(target: Buffer, at: number, value: number, digits: number): void {
  const high = digits > 8 ? Math.floor(value / half) : 0
  let rest = (value - high * half) | 0
  for (let place = at + digits - 2; place >= at + Math.max(0, digits - 8); place -= 2) {
    const before = (rest / 100) | 0
    const pair = (rest - before * 100) << 1
    target[place] = pairs[pair]
    target[place + 1] = pairs[pair + 1]
    rest = before
  }
  if (digits > 8) writeDigits(target, at, high, digits - 8)
}

function writeAmount(target: Buffer, at: number, cents: number, width: number): void {
  let rest = (cents / 100) | 0
  writeDigits(target, at + width - 2, cents - rest * 100, 2)
  for (let place = at + width - 4; place >= at; place--) {
    const before = (rest / 10) | 0
    target[place] = zero + (rest - before * 10)
    rest = before
  }
}
