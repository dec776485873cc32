/**
 * Kills the harness with SIGKILL at random moments while faults are in force: five seconds later no process, no port, no shared memory and no data
 * folder of its run may be left.   node test/prove/kills.ts [--times 30] [--seed 1]
 */
import { parseArgs } from 'node:util'
import { sleep } from '../../harness/clock.ts'
import { draw } from '../../harness/plan/draw.ts'
import { startRun } from '../fixtures/command/floodmark.ts'
import { holdingsOf, leftOf, nothing } from '../fixtures/command/leftovers.ts'

const { values } = parseArgs({ options: { times: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } })
const times = Number(values.times)
/** The fixture's first fault begins a second into the flood; its last ends after seven. */
const momentsMs = 7_000
const leftLimitMs = 5_000
let failures = 0

for (let time = 1; time <= times; time++) {
  const afterMs = Math.floor((draw(Number(values.seed), 0x6b696c6c, time) / 2 ** 32) * momentsMs)
  const problem = await killOnce(afterMs)
  if (problem !== undefined) failures++
  console.log(`${String(time).padStart(3)}  killed ${(afterMs / 1_000).toFixed(2)} s after the first fault: ${problem ?? 'nothing left'}`)
}
console.log(failures === 0 ? `${times} of ${times} left nothing` : `${failures} of ${times} left something`)
process.exitCode = failures === 0 && times > 0 ? 0 : 1

async function killOnce(afterMs: number): Promise<string | undefined> {
  const command = startRun('../../prove/many-faults.ts')
  try {
    await command.says(/ installed: /)
    await sleep(afterMs)
    const held = await holdingsOf(command)
    process.kill(command.pid, 'SIGKILL')
    await command.exited
    const untilMs = performance.now() + leftLimitMs
    for (;;) {
      const left = JSON.stringify(leftOf(command, held))
      if (left === JSON.stringify(nothing)) return undefined
      if (performance.now() > untilMs) return left
      await sleep(100)
    }
  } finally {
    await command.clear()
  }
}
