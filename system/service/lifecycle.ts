// How every service begins and ends: one logger, one way to be told to stop, and an exit that is never later than promised.
import { pino, type Logger } from 'pino'
import { SettingsError } from './settings.ts'

export type { Logger } from 'pino'

/** What a started service can be asked to do: finish what it holds, then let go of everything. */
export interface RunningService {
  stop(): Promise<void>
}

/**
 * Starts a service and ends it on SIGTERM or SIGINT: exit 0 once `stop` has finished, exit 1 if that takes longer than `stopLimitMs`; what was not
 * finished by then is still in the queue. Settings that cannot be used end it with exit 64 and the list of them.
 */
export async function runService(name: string, start: (log: Logger) => Promise<RunningService>, stopLimitMs = 10_000): Promise<void> {
  const log = pino({ name, level: process.env.LOG_LEVEL ?? 'info' })
  process.on('uncaughtException', error => {
    log.fatal({ err: error }, 'crashed')
    process.exit(70)
  })
  try {
    const service = await start(log)
    process.once('SIGTERM', () => void end(service, log, stopLimitMs))
    process.once('SIGINT', () => void end(service, log, stopLimitMs))
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`${name}: ${error.message}\n`)
    process.exit(64)
  }
}

async function end(service: RunningService, log: Logger, stopLimitMs: number): Promise<void> {
  log.info('stopping')
  setTimeout(() => {
    log.error({ stopLimitMs }, 'not finished in time')
    process.exit(1)
  }, stopLimitMs).unref()
  await service.stop()
  log.info('stopped')
  process.exit(0)
}
