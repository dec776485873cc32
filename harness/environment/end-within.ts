// Ending a life as a deploy does: asked first, killed where it does not go. The same for a process and a container.
import { monotonicMs, until } from '../clock.ts'
import type { StartedLife } from './life.ts'

/** How a life is asked to end, and the rest of it. */
export interface Ending extends Pick<StartedLife, 'ended' | 'kill'> {
  name: string
  /** For people: what it is asked with. */
  signal: string
  ask(): Promise<void> | void
  how(): string | undefined
}

/** Says how it ended and how long that took. */
export async function endWithin(limitMs: number, { name, signal, ask, how, ended, kill }: Ending): Promise<string> {
  const beganMs = monotonicMs()
  await ask()
  try {
    await until(`${name} ended`, limitMs, how, { everyMs: 5 })
  } catch {
    await kill()
    return `had not ended ${limitMs} ms after ${signal}, so it was killed`
  }
  const { atMs } = await ended
  return `${how()} ${Math.round(atMs - beganMs)} ms after ${signal}`
}
