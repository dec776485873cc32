import { relative } from 'node:path'
import type { RunOptions } from '../run-options.ts'
import { shipped } from '../scenario/load.ts'
import type { Prepared } from '../scenario/prepare.ts'

/** What to type after `floodmark` to run the same plan again, a word each; what is at its default is left out. */
export function commandLine({ scenario, system, systemFile, parameters, engine }: Prepared, { seed, links, arm }: Pick<RunOptions, 'seed' | 'links' | 'arm'>): string[] {
  const changed = Object.entries(parameters).filter(([key, value]) => scenario.parameters[key] !== value)
  return [
    'run', nameOf('scenario', scenario.file),
    ...(systemFile === null ? [] : ['--system', nameOf('system', system.file)]),
    '--seed', String(seed),
    ...changed.flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ...(engine === scenario.engine ? [] : ['--engine', engine]),
    ...(links === 'toxiproxy' ? [] : ['--links', links]),
    ...(arm === undefined ? [] : ['--control']),
  ]
}

/** The shipped name of a file, or its path from here. */
function nameOf(kind: 'scenario' | 'system', file: string): string {
  const [name] = [...shipped(kind)].find(([, path]) => path === file) ?? []
  return name ?? relative(process.cwd(), file)
}
