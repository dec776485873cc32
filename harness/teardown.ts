/** What has been started and must be stopped, in the reverse order; each gets its turn whatever becomes of the others. */
export interface Teardown {
  add(stop: () => Promise<void> | void): void
  /** Safe to call twice. Throws at the end where something could not be stopped. */
  run(): Promise<void>
}

export function createTeardown(): Teardown {
  const stops: (() => Promise<void> | void)[] = []
  return {
    add: stop => void stops.push(stop),
    async run() {
      const failures: unknown[] = []
      for (const stop of stops.splice(0).toReversed()) {
        try {
          await stop()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'some of what was started could not be stopped')
    },
  }
}
