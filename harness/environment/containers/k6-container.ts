// k6 as a container of the run, beside the system: its files are copied in, what it prints is read as it comes, its totals are copied out.
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { extract } from 'tar-stream'
import { getContainerRuntimeClient } from 'testcontainers'
import { FloodmarkError } from '../../errors.ts'
import { apiPort, gateUrl, openApiGate } from '../../load/k6/api-gate.ts'
import { scriptFile } from '../../load/k6/flood-files.ts'
import { followK6, k6Arguments, k6Environment, type StartK6Program } from '../../load/k6/program.ts'
import { imageOf } from '../images/images.ts'
import { ownNames, type ContainerRun } from './container-run.ts'
import { createContainer } from './container.ts'
import { isHere, type DockerContainer } from './engine.ts'

const filesInside = '/flood'
/** Where whoever the image runs as may write. */
const totalsInside = '/tmp/totals.json'

/** Starts k6 in the run's own network. The run's containers are removed as a whole, so nothing goes into the journal. Throws `unavailable` on an engine elsewhere. */
export function startK6Container(run: ContainerRun): StartK6Program {
  return async launch => {
    const { folder, output, log } = launch
    // It keeps the plan's instants by the calendar, and nobody here knows that of another machine to the millisecond.
    if (!isHere(run.engine)) throw new FloodmarkError('unavailable', `k6 would send by the clock of ${run.engine.host}, which is not this machine's`, { hint: 'use --engine native, which sends from this machine, or an engine on this one' })
    const container = createContainer(run, {
      name: ownNames.load,
      image: imageOf('k6'),
      command: k6Arguments({ script: `${filesInside}/${scriptFile}`, totalsFile: totalsInside, apiAddress: `0.0.0.0:${apiPort}` }),
      describe: made => made.withCopyDirectoriesToContainer([{ source: folder, target: filesInside }]).withEnvironment(k6Environment(launch, gateUrl)),
      ports: [apiPort],
    })
    const life = await container.start(log, output)
    const inDocker = run.engine.docker.getContainer(container.id!)
    const totalsFile = join(folder, basename(totalsInside))
    return followK6(life, {
      totalsFile, output,
      gate: openApiGate(() => (life.how === undefined ? container.place.publishedAt(apiPort) : undefined)),
      readVersion: () => readVersion(inDocker),
      fetchTotals: () => fetchFile(inDocker, totalsInside, totalsFile),
    })
  }
}

async function readVersion(container: DockerContainer): Promise<string> {
  const client = await getContainerRuntimeClient()
  const { output } = await client.container.exec(container, ['k6', 'version'])
  return /v(\d+\.\d+\.\d+\S*)/.exec(output)?.[1] ?? output.trim()
}

/** Brings one file of a container here. One that is not there is left out: a k6 that died has written none, and its absence is told by whoever reads it. */
async function fetchFile(container: DockerContainer, from: string, to: string): Promise<void> {
  const archive = await container.getArchive({ path: from }).catch(() => undefined)
  if (archive === undefined) return
  const files = extract()
  archive.on('error', error => files.destroy(error)).pipe(files as unknown as NodeJS.WritableStream)
  for await (const content of files) await writeFile(to, content as AsyncIterable<Buffer>)
}
