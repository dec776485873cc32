import { findTool } from '../../environment/build-tool.ts'
import type { EngineKind } from '../engine.ts'
import { startK6Engine } from './engine.ts'
import { k6Problems } from './limits.ts'
import { startK6Process } from './program.ts'

/** The real k6: it makes the first attempt of each event of the flood, and the native sender all others. */
export const k6: EngineKind = {
  problems: k6Problems,
  async prepare({ environment, progress, signal }) {
    if (environment === 'containers') {
      return (options, setting) => startK6Engine({ options, setting, startProgram: setting.inside!.startK6, baseUrl: `http://${setting.inside!.intake}`, signal })
    }
    const startProgram = startK6Process(await findTool('k6', progress, { signal }))
    return (options, setting) => startK6Engine({ options, setting, startProgram, baseUrl: new URL(options.url).origin, signal })
  },
}
