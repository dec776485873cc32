import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Component, EnvContext, System } from '../../scenario/system.ts'
import { compiledName, readyProbe, variablesOf } from '../program.ts'
import { launchContainer, type ContainerLaunch } from './container-launch.ts'
import type { ContainerRun } from './container-run.ts'
import type { ContainerSetting } from './container.ts'
import type { ProjectImage } from './project-image.ts'

type Program = Extract<Component, { kind: 'program' }>
type ImageProgram = Extract<Component, { kind: 'image' }>

/** Where it lies and what it is told. */
export interface ProgramPlace {
  context: EnvContext
  /** Port of this machine that its own is published at, where it must stay the same over all its lives. */
  hostPort: number | undefined
}

/** A program of the user's own in the image of its project, where its command runs in the folder that it has there. */
export function programContainer(run: ContainerRun, name: string, { command: [command, ...args], cwd, env, ready }: Program, { systemFile, project, ...place }: ProgramPlace & { systemFile: string; project: ProjectImage }): ContainerLaunch {
  const folder = resolve(dirname(systemFile), cwd)
  const isNode = command === process.execPath
  return launchProgram(run, { name, env, ready, ...place }, {
    image: project.image,
    entrypoint: [isNode ? 'node' : command],
    command: isNode ? args.map(arg => compiledName(folder, arg)) : args,
    describe: container => container.withWorkingDir(project.pathOf(folder)),
    // As the first process of a container it would not hear the signals that it has no handler for, and as a process of this machine it does.
    hostConfig: { Init: true },
  })
}

/** The main files of programs that Node runs: they are in the image wherever they lie. */
export function mainFiles({ components, file }: System): string[] {
  return Object.values(components).flatMap(component => {
    if (component.kind !== 'program' || component.command[0] !== process.execPath) return []
    const folder = resolve(dirname(file), component.cwd)
    return component.command.slice(1).map(arg => resolve(folder, compiledName(folder, arg))).filter(path => /\.[cm]?[jt]s$/.test(path) && existsSync(path))
  })
}

/** A program that is an image: the system's own, or one built from its folder. */
export function imageContainer(run: ContainerRun, name: string, { command, env, ready }: ImageProgram, { image, ...place }: ProgramPlace & { image: string }): ContainerLaunch {
  return launchProgram(run, { name, env, ready, ...place }, { image, command })
}

function launchProgram(run: ContainerRun, { name, env, ready, context, hostPort }: ProgramPlace & Pick<Program, 'env' | 'ready'> & { name: string }, setting: Pick<ContainerSetting, 'image' | 'entrypoint' | 'command' | 'describe' | 'hostConfig'>): ContainerLaunch {
  const { port } = context
  return launchContainer(run, {
    ...setting,
    name,
    placeImage: run.placeImage,
    ports: [hostPort === undefined ? port : { container: port, host: hostPort }],
    describe(container) {
      setting.describe?.(container)
      container.withEnvironment(variablesOf(name, env, context))
    },
  }, {
    probe(container) {
      const [host, published] = container.place.publishedAt(port).split(':')
      return readyProbe(ready, host, Number(published))
    },
  })
}
