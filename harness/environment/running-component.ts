import type { Component } from '../scenario/system.ts'
import type { StartedComponent } from './environment.ts'
import { readyProbe } from './program.ts'
import { addressOf } from './routes.ts'

/** Something that already ran before the run and goes on after it: it can be asked, and nothing can be done to it. */
export function runningComponent(name: string, component: Extract<Component, { kind: 'running' }>): StartedComponent {
  const { host, port } = addressOf(component)
  async function refuse(): Promise<never> {
    throw new Error(`${name} was not started by floodmark, so it is left alone`)
  }
  return { name, managed: false, life: undefined, pid: undefined, logFile: undefined, kill: refuse, shutDown: refuse, restart: refuse, pause: refuse, resume: refuse, container: undefined, expectDeaths: () => {}, probe: readyProbe(component.ready, host, port) }
}
