// What of a system cannot be had in containers, said before anything starts.
import type { System } from '../../scenario/system.ts'
import { addressOf } from '../routes.ts'
import { ownNames } from './container-run.ts'

/** One line each: path, what was found, what would be right. */
export function containerProblems({ components, destinations }: System): string[] {
  return [
    ...Object.entries(components).flatMap(([name, component]) => {
      if (Object.values<string>(ownNames).includes(name)) return [`system.components.${name}: in containers this name is taken by floodmark`]
      if (component.kind !== 'running' || !/^(localhost|::1|127\..*)$/.test(addressOf(component).host)) return []
      return [`system.components.${name}.url: found ${component.url}, which a container cannot reach: it has a loopback of its own. Must be an address that it can reach, or leave out --env containers`]
    }),
    ...Object.entries(destinations).flatMap(([name, { port }]) => (port === undefined ? [] : [`system.destinations.${name}.port: found ${port}, a port of this machine's loopback; in containers there is none to have. Must be left out, or leave out --env containers`])),
  ]
}
