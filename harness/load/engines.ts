// The registry of engines that send a plan: a new one is a folder beside this file and a line here.
import type { EngineKind } from './engine.ts'
import { k6 } from './k6/kind.ts'
import { native } from './native/kind.ts'

export const engines = { native, k6 } as const satisfies Record<string, EngineKind>

export type EngineName = keyof typeof engines
export const engineNames = Object.keys(engines) as EngineName[]
