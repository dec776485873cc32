/**
 * An arrival shape: events a second over time, with its integral known in closed form, so that an event's instant follows from
 * its number alone and no error adds up. One file a shape beside this one; the registry is shapes.ts.
 */
export interface Shape {
  readonly kind: string
  /** What is wrong with what it was made of: path below the shape, what was found, what would be right. A scenario with such a shape is refused. */
  readonly problems?: readonly string[]
  /** Length of the shape in ms. */
  readonly durationMs: number
  /** Planned rate at `ms` since the start of the flood, events a second. */
  rateAt(ms: number): number
  /** Events planned in [0, ms). Non-decreasing; at `durationMs` the total (rounded when compiled). */
  cumulativeAt(ms: number): number
  /** What goes into the plan's hash and the report. */
  readonly parameters: Readonly<Record<string, number | string>>
  /** What of it stands for something longer, or of another rate; stated wherever the flood is reported. */
  readonly scales?: readonly Scale[]
}

/** How a shape, or a part of one, was scaled. */
export interface Scale {
  /** Kind of the shape that was. */
  readonly shape: string
  /** How long is what it stands for, ms. */
  readonly lengthMs: number
  /** Time runs this many times faster. */
  readonly time: number
  /** Share of the true rate at each instant. */
  readonly rate: number
}
