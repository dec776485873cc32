// Orders the sender's connections by time, without an object or a timer per request: who is idle, who connects, who awaits an answer.

const ABSENT = -2
const NONE = -1

/** A doubly linked list of the numbers [0, slots): each is in it at most once, and leaves from anywhere in constant time. */
export class SlotList {
  /** The one that has been in longest, or -1. */
  first = NONE
  /** The one that came last, or -1. */
  last = NONE
  size = 0
  readonly #next: Int32Array
  readonly #previous: Int32Array

  constructor(slots: number) {
    this.#next = new Int32Array(slots).fill(NONE)
    this.#previous = new Int32Array(slots).fill(ABSENT)
  }

  add(slot: number): void {
    this.#previous[slot] = this.last
    this.#next[slot] = NONE
    if (this.last === NONE) this.first = slot
    else this.#next[this.last] = slot
    this.last = slot
    this.size++
  }

  /** Does nothing for a slot that is not in the list. */
  remove(slot: number): void {
    const previous = this.#previous[slot]
    if (previous === ABSENT) return
    const next = this.#next[slot]
    if (previous === NONE) this.first = next
    else this.#next[previous] = next
    if (next === NONE) this.last = previous
    else this.#previous[next] = previous
    this.#previous[slot] = ABSENT
    this.size--
  }
}
