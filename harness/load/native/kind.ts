import type { EngineKind } from '../engine.ts'
import { startNativeEngine } from './engine.ts'

/** The default: floodmark's own sender, which keeps the plan's instants and can send whatever a scenario states. */
export const native: EngineKind = { problems: () => [], prepare: async () => startNativeEngine }
