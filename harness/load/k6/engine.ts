// The k6 engine as the run sees it: k6 makes the flood's first attempts, the native sender writes them down, retries those that failed and sends what k6 left out.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { sleep } from '../../clock.ts'
import { openComponentLog, type ComponentLog } from '../../environment/component-log.ts'
import { FloodmarkError } from '../../errors.ts'
import { createCorpus } from '../../platform/corpus.ts'
import { createTeardown, type Teardown } from '../../teardown.ts'
import type { Engine, EngineOptions, EngineSetting } from '../engine.ts'
import { startNativeEngine } from '../native/engine.ts'
import { AttemptLines } from './attempt-lines.ts'
import { FirstAttempts } from './first-attempts.ts'
import { writeFloodFiles } from './flood-files.ts'
import { leadFor, usersFor } from './limits.ts'
import type { K6Program, StartK6Program } from './program.ts'

/** A thousand users are made in some two seconds; this is for a machine that is busy with all else of a run. */
const reachLimitMs = 60_000

export interface StartK6 {
  options: EngineOptions
  setting: EngineSetting
  startProgram: StartK6Program
  /** Where k6 reaches the intake: as the harness does, or inside the run's own network. */
  baseUrl: string
  signal: AbortSignal
}

/** Starts k6 with all its users, and the native sender; resolves when k6 waits for the flood to begin. The warm-up, which stands in no count, is the native sender's. */
export async function startK6Engine(asked: StartK6): Promise<Engine> {
  const teardown = createTeardown()
  try {
    return await start(asked, teardown)
  } catch (error) {
    // What failed first is what the user must hear of.
    await teardown.run().catch(() => {})
    throw error
  }
}

async function start({ options, setting, startProgram, baseUrl, signal }: StartK6, teardown: Teardown): Promise<Engine> {
  const { plan, retries, refusedStatuses, secret } = options
  const url = new URL(options.url)
  const folder = join(setting.folder, 'floodmark-k6')
  const users = usersFor(plan, retries, options.maxSockets)
  const log = openComponentLog(join(setting.logs, 'k6.log'))
  teardown.add(() => log.close())
  const folderStep = setting.journal.add({ do: 'remove-folder', path: folder })
  teardown.add(async () => {
    await rm(folder, { recursive: true, force: true })
    setting.journal.done(folderStep)
  })
  await writeFloodFiles(folder, { plan, retries, users, shape: setting.shape, corpus: createCorpus(options.corpus), path: url.pathname + url.search })

  const native = await startNativeEngine(options)
  teardown.add(() => native.close())
  const lines = new AttemptLines({
    from: plan.warmUpCount,
    count: plan.eventCount - plan.warmUpCount,
    refusedStatuses,
    take: attempts => native.take(attempts),
    log: line => log.write(Buffer.from(`${line}\n`)),
  })
  const program = await startProgram({ folder, baseUrl, secret, output: lines, log, journal: setting.journal })
  teardown.add(() => program.end())
  await untilReached(program, log, signal)
  const version = await program.readVersion()
  const first = new FirstAttempts({ plan, native, lines, program, users, onDeath: how => setting.onDeath(how, log.lastLines()) })
  return {
    send: part => (part.from === plan.warmUpCount && part.to === plan.eventCount ? first.send(part) : native.send(part)),
    async finish(reason) {
      await native.finish(reason)
      await first.finish()
    },
    counters: () => native.counters(),
    report: async () => first.report(await native.report()),
    leadMs: leadFor(users),
    program: { name: 'k6', version, usage: () => program.usage() },
    close: () => teardown.run(),
  }
}

/** Some seconds, where there are many users to make. */
async function untilReached(program: K6Program, log: ComponentLog, signal: AbortSignal): Promise<void> {
  const enough = new AbortController()
  const died = program.ended.then(({ how }) => {
    throw new FloodmarkError('unavailable', `k6 did not come to the start of the flood: ${how}`, { evidence: log.lastLines(), hint: '`floodmark doctor` says which k6 this is; FLOODMARK_K6 names another' })
  })
  const tooLong = sleep(reachLimitMs, AbortSignal.any([signal, enough.signal])).then(() => {
    throw new FloodmarkError('unavailable', `k6 did not come to the start of the flood within ${reachLimitMs} ms`, { evidence: log.lastLines(), hint: 'lower maxSockets: each is a virtual user to be made' })
  })
  await Promise.race([program.gate.reached, died, tooLong]).finally(() => enough.abort())
}
