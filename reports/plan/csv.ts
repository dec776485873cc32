/** The plan second by second, for a spreadsheet or a plot. */
import type { PlanRecord } from './record.ts'

/** One row a second of the flood and of the retries after it. */
export function renderPlanCsv({ seconds: { planned, repeats, worstAttempts } }: PlanRecord): string {
  return ['second,planned,repeats,worst_attempts', ...planned.map((events, second) => `${second},${events},${repeats[second]},${worstAttempts[second]}`)].join('\n') + '\n'
}
