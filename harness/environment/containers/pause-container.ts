// A pause through the engine that does not give up as soon as its runtime does.
import { sleep } from '../../clock.ts'
import type { DockerContainer } from './engine.ts'

const mostTries = 10
const againMs = 200

/**
 * Freezes a container. Under control groups version 1 the runtime tries for some milliseconds, thaws what it has not got frozen by then, as on a busy machine,
 * and leaves it to its caller to come again (opencontainers/runc#4388).
 */
export async function pauseContainer(container: Pick<DockerContainer, 'pause'>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await container.pause()
      return
    } catch (error) {
      if (tries === mostTries || !/unable to freeze/.test((error as Error).message)) throw error
    }
    await sleep(againMs)
  }
}
