import type { Environment } from './environment.ts'

/** One row of doctor's table. */
export interface Diagnosis {
  part: string
  /** `not needed`: missing or broken, and most runs go on without it. */
  status: 'ok' | 'missing' | 'broken' | 'will be built' | 'will be pulled' | 'not needed'
  /** What is there: a version and where it came from. */
  found: string
  cause?: string
  /** Lines that would mend it. */
  cure?: string
  /** The one environment that needs it; all do unless set. */
  only?: Environment['kind']
}
