/** The charts of the page, in the order in which a webhook passes them. The page's markup and its script both read this list. */
import type { SeriesRecord } from '../record.ts'

export interface ChartLine {
  key: Exclude<keyof SeriesRecord, 'second'>
  label: string
  /** Name of a colour variable of page.css. */
  colour: 'quiet' | 'first' | 'second'
  /** Filled down to the axis: also what still shows of a line that another one covers. */
  area: boolean
}

export interface Chart {
  id: string
  title: string
  note: string
  unit: 'per second' | 'orders' | 'ms'
  /** Logarithmic: for times that go from a millisecond to minutes. */
  log: boolean
  lines: readonly ChartLine[]
}

const offered: ChartLine = { key: 'planned', label: 'offered', colour: 'quiet', area: true }

export const charts: readonly Chart[] = [
  {
    id: 'rate', title: 'Webhooks a second', note: 'Attempts above what was offered are retries.', unit: 'per second', log: false,
    lines: [{ key: 'attempts', label: 'attempts', colour: 'second', area: true }, offered, { key: 'acked', label: 'acked', colour: 'first', area: false }],
  },
  {
    id: 'answer', title: 'Answer latency', note: 'From the planned instant to the end of the first attempt, by planned second. Logarithmic.', unit: 'ms', log: true,
    lines: [{ key: 'answerP50Ms', label: 'p50', colour: 'first', area: false }, { key: 'answerP99Ms', label: 'p99', colour: 'second', area: false }],
  },
  { id: 'backlog', title: 'Backlog', note: 'Acked and not yet arrived, at the end of each second.', unit: 'orders', log: false, lines: [{ key: 'backlog', label: 'backlog', colour: 'first', area: true }] },
  {
    id: 'deliveries', title: 'Deliveries a second', note: 'First arrivals at the destinations.', unit: 'per second', log: false,
    lines: [offered, { key: 'delivered', label: 'delivered', colour: 'first', area: false }],
  },
  {
    id: 'delay', title: 'Delay', note: 'From the planned instant to the arrival, by planned second. Logarithmic.', unit: 'ms', log: true,
    lines: [{ key: 'delayP50Ms', label: 'p50', colour: 'first', area: false }, { key: 'delayP99Ms', label: 'p99', colour: 'second', area: false }],
  },
  { id: 'lag', title: 'Generator lag', note: 'How late the harness itself sent. Where this is large, the run says little.', unit: 'ms', log: false, lines: [{ key: 'lagP99Ms', label: 'p99', colour: 'first', area: false }] },
]
