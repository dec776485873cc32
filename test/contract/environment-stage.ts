// What the rows of the contract table stand on: one system in an environment of either kind, from the ground to its end, and whatever may be left of it.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { getFromEngine } from '../../harness/environment/containers/engine-request.ts'
import { runLabel } from '../../harness/environment/containers/remove-run.ts'
import type { ArrangeOptions, Death, Environment } from '../../harness/environment/environment.ts'
import { environments, type EnvironmentName } from '../../harness/environment/environments.ts'
import type { Ground } from '../../harness/environment/ground.ts'
import { anyAlive } from '../../harness/environment/process-tree.ts'
import type { UndoStep } from '../../harness/environment/undo-step.ts'
import type { Component, System } from '../../harness/scenario/system.ts'
import { arrangement } from '../fixtures/environment/arranged.ts'

const file = fileURLToPath(new URL('../fixtures/environment/arranged.ts', import.meta.url))
const askLimitMs = 5_000

export interface Stage {
  /** Makes the ground and arranges the system on it. */
  arrange(): Promise<void>
  /** Once it has been arranged. */
  readonly environment: Environment
  readonly deaths: readonly Death[]
  readonly system: System
  /** Ends all of it. */
  stop(): Promise<void>
  /** What is still there of all that was started: nothing once it was stopped, or could not be arranged. */
  left(): Promise<string[]>
}

export function createStage(name: EnvironmentName, components: Record<string, Component>, more: Partial<ArrangeOptions> = {}): Stage {
  const { options, steps, left, remove } = arrangement(components, more)
  const deaths: Death[] = []
  let ground: Ground | undefined
  let environment: Environment | undefined

  async function stop(): Promise<void> {
    await environment?.stop()
    await ground?.stop()
    ground = undefined
    remove()
  }

  return {
    async arrange() {
      try {
        ground = await environments[name].prepare({ ...options, runId: `contract-${randomUUID()}`, scenarioFile: file, systemFile: null, faults: [], engine: 'native' })
        environment = await ground.arrange(options)
        environment.onDeath(death => deaths.push(death))
      } catch (error) {
        await stop()
        throw error
      }
    },
    get environment() {
      return environment!
    },
    deaths,
    system: options.system,
    stop,
    left: async () => [...left().undone.map(step => `in the journal: ${step.do}`), ...(await Promise.all(steps.map(leftOf))).flat()],
  }
}

async function leftOf(step: UndoStep): Promise<string[]> {
  switch (step.do) {
    case 'signal':
      return anyAlive([step.pid]) ? [`process ${step.pid}`] : []
    case 'remove-folder':
      return existsSync(step.path) ? [step.path] : []
    case 'remove-containers': {
      const filters = encodeURIComponent(JSON.stringify({ label: [`${runLabel}=${step.runId}`] }))
      const ask = (path: string): Promise<any> => getFromEngine(step.engine, path, askLimitMs)
      const [containers, volumes, networks] = [await ask(`/containers/json?all=true&filters=${filters}`), await ask(`/volumes?filters=${filters}`), await ask(`/networks?filters=${filters}`)]
      return [...containers.map((each: any) => each.Names[0]), ...(volumes.Volumes ?? []).map((each: any) => each.Name), ...networks.map((each: any) => each.Name)]
    }
    default:
      return []
  }
}
