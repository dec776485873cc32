// Before Toxiproxy starts: the run's own name server, for the names of components that are down.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { modulePath } from '../../module-path.ts'
import { openComponentLog } from '../component-log.ts'
import { ownNames, type ContainerRun } from './container-run.ts'
import { createContainer } from './container.ts'
import type { ProjectImage } from './project-image.ts'

const name = ownNames.names
const port = 53

/** Starts it; its address on the run's network. `logs` is the folder of its log. */
export async function startNameServer(run: ContainerRun, { image, pathOf }: ProjectImage, logs: string): Promise<string> {
  const container = createContainer(run, {
    name, image,
    ports: [],
    command: ['node', pathOf(modulePath(import.meta.url, './name-server-main.ts'))],
    describe: made => made.withEnvironment({ PORT: String(port) }),
  })
  mkdirSync(logs, { recursive: true })
  await container.start(openComponentLog(join(logs, `${name}.log`)))
  return (await run.engine.docker.getContainer(container.id!).inspect()).NetworkSettings.Networks[run.network].IPAddress
}
