// For the record: which versions run in the containers, in their own words.
import type { ContainerLaunch } from './container-launch.ts'
import type { ContainerEngine } from './engine.ts'

/** Of the engine, of each kind of server, and of the Node that the image of the project brings. */
export async function readVersions({ docker, version }: ContainerEngine, launches: readonly ContainerLaunch[], projectImage: string): Promise<Record<string, string | undefined>> {
  const versions: Record<string, string | undefined> = { docker: version, node: await nodeVersion() }
  for (const { version: of } of launches) if (of) versions[of.name] ??= await of.read()
  return versions

  /** As the official images of Node say it; undefined where another one says nothing. */
  async function nodeVersion(): Promise<string | undefined> {
    const { Config: { Env } } = await docker.getImage(projectImage).inspect()
    return Env?.find(line => line.startsWith('NODE_VERSION='))?.slice('NODE_VERSION='.length)
  }
}
