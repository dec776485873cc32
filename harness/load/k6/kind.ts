import { findTool } from '../../environment/build-tool.ts'
import type { EngineKind } from '../engine.ts'
import { startK6Engine } from './engine.ts'
import { k6Problems } from './limits.ts'

/** The real k6: it makes the first attempt of each event of the flood, and the native sender all others. */
export const k6: EngineKind = {
  problems: k6Problems,
  async prepare({ progress, signal }) {
    const tool = await findTool('k6', progress, { signal })
    return (options, setting) => startK6Engine({ options, setting, tool, signal })
  },
}
