// The registry of environments that a system can be arranged in.
import { startServersProcess } from '../destination/servers-program.ts'
import { faultKind } from '../faults/registry.ts'
import { containerProblems } from './containers/problems.ts'
import type { EnvironmentKind } from './ground.ts'
import { arrangeLocal } from './local.ts'

/** Processes of this machine, on loopback. */
const local: EnvironmentKind = {
  problems: ({ system, faults }) => [
    ...Object.entries(system.components).filter(([, component]) => component.kind === 'image').map(([name]) => `system.components.${name}: found an image(), which needs a Docker engine: --env containers`),
    ...faults.filter(({ kind }) => faultKind(kind)?.needsContainers).map(({ kind, target }) => `faults: ${kind} ${target} needs --env containers: it is done by what a Docker engine can do to a container, and a process of this machine is in none`),
  ],
  prepare: async () => ({ startServers: startServersProcess, arrange: arrangeLocal, stop: async () => {} }),
}

/** Containers of a Docker engine, through Testcontainers, on a network of their own. */
const containers: EnvironmentKind = {
  problems: ({ system }) => containerProblems(system),
  // Testcontainers takes half a second to load, which only a run in containers is to wait for.
  prepare: async setting => await (await import('./containers/ground.ts')).prepareContainers(setting),
}

export const environments = { local, containers } as const satisfies Record<string, EnvironmentKind>

export type EnvironmentName = keyof typeof environments

/** What cannot be had in an environment; where none is named, what cannot be had in any of them. */
export function environmentProblems(name: EnvironmentName | undefined, asked: Parameters<EnvironmentKind['problems']>[0]): string[] {
  const kinds = name === undefined ? Object.values(environments) : [environments[name]]
  const problems = kinds.map(kind => kind.problems(asked))
  return problems.find(list => list.length === 0) ?? problems[0]
}
