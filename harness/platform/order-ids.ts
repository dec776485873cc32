// How an order's and an event's place in the plan becomes the ids that the outside sees, and how those lead back to it.
import { draw, purposes } from '../plan/draw.ts'
import { writeBytes } from './bytes.ts'

const span = 2 ** 32
/** Times 2³² this is just above 10¹⁵, and with all namespaces stays under 2⁵³: sixteen digits that a JSON number carries exactly. */
const firstNamespace = 232_831
const namespaces = 1_860_000

/** Order ids: consecutive numbers of sixteen digits in a namespace of their own for each seed. */
interface OrderIds {
  of(order: number): number
  /** The order, or undefined for what is no id of this seed. */
  orderOf(text: string): number | undefined
}

export function orderIds(seed: number): OrderIds {
  const base = (firstNamespace + (draw(seed, purposes.identity, 0) % namespaces)) * span
  return {
    of: order => base + order,
    orderOf(text) {
      if (!/^\d{16}$/.test(text)) return undefined
      const order = Number(text) - base
      return order >= 0 && order < span ? order : undefined
    },
  }
}

/**
 * Ids in the form of a random UUID: the last 24 digits are the seed's and the purpose's, the first eight the index, scrambled. As with
 * real ones two neighbours share no prefix, so an index over them in a database is hit all over, not just at its end.
 */
interface UuidSpace {
  of(index: number): string
  /** Writes what `of` returns, 36 bytes. */
  write(index: number, target: Buffer, at: number): void
  /** The index, or undefined for what is no id of this space. */
  indexOf(text: string): number | undefined
}

export function uuidSpace(seed: number, purpose: number): UuidSpace {
  const part = (index: number): string => hex(draw(seed, purpose, index))
  const [one, two, three] = [part(0), part(1), part(2)]
  const tail = `-${one.slice(0, 4)}-4${one.slice(4, 7)}-8${two.slice(0, 3)}-${two.slice(4)}${three}`
  const tailBytes = Buffer.from(tail)
  const key = draw(seed, purpose, 3)
  return {
    of: index => hex(scramble(index ^ key)) + tail,
    write(index, target, at) {
      writeHex(target, at, scramble(index ^ key))
      writeBytes(target, at + idDigits, tailBytes)
    },
    indexOf: text => (/^[0-9a-f]{8}-/.test(text) && text.slice(8) === tail ? (unscramble(Number.parseInt(text.slice(0, 8), 16)) ^ key) >>> 0 : undefined),
  }
}

const idDigits = 8
const hexDigits = Buffer.from('0123456789abcdef')

function hex(bits: number): string {
  return bits.toString(16).padStart(idDigits, '0')
}

/** What `hex` returns, without the floating-point numbers that it divides: it takes ten times as long, and every webhook carries two. */
function writeHex(target: Buffer, at: number, bits: number): void {
  for (let place = 0; place < idDigits; place++) target[at + place] = hexDigits[(bits >>> (28 - 4 * place)) & 15]
}

const factor = 0x85ebca6b
const inverseFactor = inverse(factor)

/** One to one on 32 bits: each step can be undone, the shift by half the width being its own inverse. */
function scramble(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), factor)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function unscramble(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), inverseFactor)
  return mixed ^ (mixed >>> 16)
}

/** Inverse of an odd number modulo 2³² by Newton's method: each step doubles the bits that are right, from three. */
function inverse(odd: number): number {
  let result = odd
  for (let step = 0; step < 4; step++) result = Math.imul(result, 2 - Math.imul(odd, result))
  return result
}
