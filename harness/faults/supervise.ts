// What dies of a fault is started again while that is in force, as an orchestrator does with what it has placed: at once, then after longer and longer pauses.
import { sleep } from '../clock.ts'
import type { ContainerControl } from '../environment/container-control.ts'
import type { StartedComponent } from '../environment/environment.ts'
import { isDead } from './managed-component.ts'

const lookEveryMs = 50
const firstPauseMs = 250
/** An orchestrator pauses for minutes; a fault's window has seconds. */
const longestPauseMs = 4_000
/** A busy engine tells of a death some tenths of a second after it. */
const lateNewsMs = 1_000

/** One death of a supervised component. */
export interface SupervisedDeath {
  exitCode: number
  outOfMemory: boolean
}

interface Supervision {
  deaths: SupervisedDeath[]
  stop: AbortController
  over: Promise<void>
}

const underWay = new WeakMap<StartedComponent, Supervision>()

/** Takes care of a component from now on: its deaths count as asked for, and each is followed by a start. */
export function supervise(component: StartedComponent, container: ContainerControl): void {
  const supervision: Supervision = { deaths: [], stop: new AbortController(), over: Promise.resolve() }
  component.expectDeaths(true)
  supervision.over = startAgainAndAgain(component, container, supervision)
  // What goes wrong is told to whoever ends it.
  supervision.over.catch(() => {})
  underWay.set(component, supervision)
}

/** The deaths of a component since its supervision began. */
export function deathsOf(component: StartedComponent): readonly SupervisedDeath[] {
  return underWay.get(component)?.deaths ?? []
}

/**
 * Ends the care for a component, once its cause has gone, and leaves it running: a death of right before that is heard of and is none of its own, what is being
 * started is waited for, what is dead is started once more. From then on its deaths are findings again. Throws where it does not get ready. Harmless where
 * nobody cares for it.
 */
export async function endSupervision(component: StartedComponent): Promise<void> {
  const supervision = underWay.get(component)
  if (supervision?.stop.signal.aborted === false) await sleep(lateNewsMs)
  supervision?.stop.abort()
  await supervision?.over
  if (isDead(component)) await component.restart()
  component.expectDeaths(false)
}

async function startAgainAndAgain(component: StartedComponent, container: ContainerControl, { deaths, stop: { signal } }: Supervision): Promise<void> {
  let pauseMs = firstPauseMs
  while (!signal.aborted) {
    if (isDead(component)) {
      deaths.push(await container.lastEnd())
      await sleep(pauseMs, signal).catch(() => {})
      pauseMs = Math.min(2 * pauseMs, longestPauseMs)
      // One that dies before it is ready is dead at the next look.
      if (!signal.aborted) await component.restart().catch(() => {})
    }
    await sleep(lookEveryMs, signal).catch(() => {})
  }
}
