import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test, vi } from 'vitest'
import { terminalProgress, type TerminalProgress } from '../../harness/commands/progress.ts'
import type { FloodStatus } from '../../harness/progress.ts'

const status: FloodStatus = { elapsedMs: 12_000, floodMs: 75_000, planned: 30_000, sent: 4_100, acked: 4_000, delivered: 3_900, backlog: 100, waitingForRetry: 7, faults: ['kill buffer'] }

function record(terminal: { isTTY: boolean; columns?: number; colors?: boolean }, act: (progress: TerminalProgress) => void): string {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal.isTTY, columns: terminal.columns, hasColors: () => terminal.colors ?? false })
  vi.stubEnv('CI', undefined)
  vi.stubEnv('TERM', 'xterm')
  act(terminalProgress('a scenario on a system', stream as unknown as NodeJS.WriteStream))
  vi.unstubAllEnvs()
  return String(stream.read())
}

function wholeRun(progress: TerminalProgress): void {
  progress.phase('plan')
  progress.phase('flood')
  progress.line('kill buffer installed')
  for (let second = 0; second < 3; second++) progress.status(status)
  progress.end()
  progress.finish(true)
}

/** What stays on the screen: each rewritten line as it was last. */
function screen(text: string): string[] {
  return stripVTControlCharacters(text.replaceAll('\u001b[2K', '')).split('\n').map(line => line.split('\r').at(-1)!)
}

test('elsewhere than on a terminal: plain lines, and a status every five seconds only', () => {
  const text = record({ isTTY: false }, wholeRun)
  expect(text).toBe(stripVTControlCharacters(text))
  expect(text).not.toContain('\r')
  expect(text.match(/delivered/g)).toHaveLength(1)
  expect(text).toContain('    12.0 s of 75.0 s  delivered 3,900 of 30,000  backlog 100  fault: kill buffer  waiting for retry 7  sent 4,100  acked 4,000\n')
})

test('on a terminal one line is rewritten in place under the finished phases', () => {
  const text = record({ isTTY: true, columns: 100 }, wholeRun)
  const lines = screen(text)
  expect(lines.slice(0, 4)).toEqual(['a scenario on a system', expect.stringMatching(/^  ✓ plan \d/), '    kill buffer installed', expect.stringMatching(/^  ✓ flood \d/)])
  expect(text.match(/delivered/g)).toHaveLength(3)
})

test('the cursor comes back, and its listener goes', () => {
  const before = process.listenerCount('exit')
  const text = record({ isTTY: true, columns: 100 }, wholeRun)
  expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'))
  expect(process.listenerCount('exit')).toBe(before)
})

test.each([40, 60, 80, 200])('no status is wider than a terminal of %i columns, or it could not be rewritten', columns => {
  const text = record({ isTTY: true, columns }, progress => {
    progress.phase('flood')
    progress.status(status)
  })
  const last = stripVTControlCharacters(text).split('\r').at(-1)!
  expect(last.length).toBeLessThan(columns)
  expect(last).toContain('12.0 s of 75.0 s')
})

test('colors only where the terminal takes them', () => {
  const painted = /\[\d+m/
  expect(record({ isTTY: true, columns: 80 }, wholeRun)).not.toMatch(painted)
  expect(record({ isTTY: true, columns: 80, colors: true }, wholeRun)).toMatch(painted)
})

test('a phase that was cut short carries no check mark', () => {
  const lines = screen(record({ isTTY: true, columns: 80 }, progress => {
    progress.phase('flood')
    progress.finish(false)
  }))
  expect(lines[1]).toMatch(/^  ✗ flood/)
})
