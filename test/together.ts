// Side by side as far as the processor has room.

/**
 * Runs the rows in their order, each as soon as there is room for it beside those that run; one that needs more than there is runs alone. Where one throws,
 * nothing more is begun, and what runs is waited for.
 */
export async function runTogether<Row extends { millicores: number }>(rows: readonly Row[], millicores: number, run: (row: Row) => Promise<void>): Promise<void> {
  const waiting = [...rows]
  const running = new Map<Row, Promise<void>>()
  try {
    while (waiting.length > 0 || running.size > 0) {
      const room = millicores - [...running.keys()].reduce((sum, row) => sum + row.millicores, 0)
      const next = waiting.findIndex(row => running.size === 0 || row.millicores <= room)
      if (next < 0) await Promise.race(running.values())
      else {
        const [row] = waiting.splice(next, 1)
        running.set(row, run(row).finally(() => running.delete(row)))
      }
    }
  } finally {
    await Promise.allSettled(running.values())
  }
}
