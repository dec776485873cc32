// The registry of environments that a system can be arranged in.
import { startServersProcess } from '../destination/servers-program.ts'
import type { EnvironmentKind } from './ground.ts'
import { arrangeLocal } from './local.ts'

const local: EnvironmentKind = {
  summary: 'processes of this machine, on loopback',
  problems: () => [],
  prepare: async () => ({ startServers: startServersProcess, arrange: arrangeLocal, stop: async () => {} }),
}

export const environments = { local } as const satisfies Record<string, EnvironmentKind>

export type EnvironmentName = keyof typeof environments
export const environmentNames = Object.keys(environments) as EnvironmentName[]
