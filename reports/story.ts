/** The story of one order in words: what the platform was told, and what arrived where. */
import { formatInstant, formatMs } from './format.ts'
import type { RunRecord } from './record.ts'

export type Story = RunRecord['stories'][number]

/** What makes an order worth a story, the worst first; one story can have several reasons, as `lost, duplicated`. */
const worst = ['lost', 'mutated', 'duplicated', 'phantom', 'missed', 'refused but applied', 'latest']

/** The stories, those of broken invariants first. */
export function storiesWorstFirst(record: RunRecord): Story[] {
  const rank = (story: Story): number => Math.min(...story.why.split(', ').map(why => (worst.includes(why) ? worst.indexOf(why) : worst.length)))
  return record.stories.toSorted((a, b) => rank(a) - rank(b))
}

/** The story to tell where there is room for one. */
export function worstStory(record: RunRecord): Story | undefined {
  return storiesWorstFirst(record)[0]
}

/** `order 587… of shop (lost): accepted at 29.44 s (200, attempt 1), never arrived at analytics`. */
export function storyLine(story: Story): string {
  return `order ${story.order} of ${story.shop} (${story.why}): ${sentPart(story)}, ${story.arrivals.map(arrivalPart(story)).join(', ') || 'no destination heard of it'}`
}

function sentPart(story: Story): string {
  const acked = story.attempts.find(attempt => attempt.outcome === 'acked')
  if (acked !== undefined) return `accepted at ${formatInstant(acked.endedAt)} (status ${acked.status}, attempt ${acked.number})`
  const last = story.attempts.at(-1)
  if (last === undefined) return 'never sent'
  return `never accepted in ${story.attempts.length} attempts (the last ${last.outcome}${last.status === null ? '' : `, status ${last.status}`})`
}

/** What one destination saw of an order. */
export function arrivalPart(story: Story): (arrival: Story['arrivals'][number]) => string {
  return ({ destination, firstAt, arrivals, effects }) => {
    if (firstAt === null) return `never arrived at ${destination}`
    const again = arrivals > 1 ? `, ${arrivals} arrivals and ${effects} ${effects === 1 ? 'effect' : 'effects'}` : ''
    return `arrived at ${destination} at ${formatInstant(firstAt)}, ${formatMs(firstAt - story.plannedAt)} after it was due${again}`
  }
}
