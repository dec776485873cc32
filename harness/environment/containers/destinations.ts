// The harness's own servers as a container of the run: the same program as on this machine, told which ports to take and reached through published ones.
import type { ServersProgram, StartServersProgram } from '../../destination/servers-program.ts'
import { platform } from '../links.ts'
import { openComponentLog } from '../component-log.ts'
import { modulePath } from '../../module-path.ts'
import { ownNames, type ContainerRun } from './container-run.ts'
import { createContainer } from './container.ts'
import type { ProjectImage } from './project-image.ts'

const name = ownNames.servers
const controlPort = 7000
const firstPort = controlPort + 1
const killAfterMs = 2_000

/** Starts them for a system with so many destinations. The run's containers are removed as a whole, so nothing goes into the journal. */
export function startServersContainer(run: ContainerRun, { image, pathOf }: ProjectImage, destinationCount: number): StartServersProgram {
  // One port for each destination, and the last for the Admin API.
  const ports = [controlPort, ...Array.from({ length: destinationCount + 1 }, (_, index) => firstPort + index)]
  return async ({ logFile }): Promise<ServersProgram> => {
    const log = openComponentLog(logFile)
    const container = createContainer(run, {
      name, image, ports,
      // The Admin API is the platform's.
      aliases: [platform],
      command: ['node', pathOf(modulePath(import.meta.url, '../../destination/main.ts'))],
      describe: made => made.withEnvironment({ HOST: '0.0.0.0', CONTROL_PORT: String(controlPort), FIRST_PORT: String(firstPort) }),
    })
    const life = await container.start(log)
    // Undefined where it has ended at once, which whoever waits for it finds out.
    const address = await container.place.address()
    const published = (port: number): number => Number(container.place.publishedAt(port).split(':').at(-1))
    const ended = life.ended.then(async ({ how }) => {
      await log.close()
      return how
    })
    return {
      host: run.engine.host,
      controlPort: life.how === undefined ? Promise.resolve(published(controlPort)) : new Promise(() => {}),
      ended,
      get lastLines() {
        return log.lastLines()
      },
      pathOf,
      published,
      upstream: port => `${address}:${port}`,
      async gone() {
        const force = setTimeout(() => void life.kill().catch(() => {}), killAfterMs)
        await ended
        clearTimeout(force)
      },
    }
  }
}
