// Runs that can say nothing are stopped early, with the reason, and are never green.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'vitest'
import { startRun, type Command, type CommandOptions } from '../fixtures/command/floodmark.ts'

const limitMs = 60_000

function start({ onTestFinished }: TestContext, args: string[], options: CommandOptions = {}): Command {
  const command = startRun('flood.ts', args, options)
  onTestFinished(command.clear)
  return command
}

test.concurrent('a system that answers 401 to everything: unknown, with the answers counted and where to look', { timeout: limitMs }, async context => {
  const { expect } = context
  const command = start(context, [], { env: { FLAW: 'refuses every signature' } })
  expect(await command.exited, command.stderr()).toBe(4)
  expect(command.stderr()).toMatch(/0 of (\d+) warm-up orders arrived; 0 were acked, \d+ attempts refused, 0 indeterminate\n {2}first attempts: \1 answered 401\n/)
  expect(command.stderr()).toContain('a webhook that is answered 401 means that the secrets differ')
  expect(existsSync(join(command.runFolder(), 'run.json'))).toBe(false)
})

test.concurrent('an --out that cannot be written: exit 69 before anything starts', { timeout: limitMs }, async context => {
  const { expect, onTestFinished } = context
  const folder = mkdtempSync(join(tmpdir(), 'floodmark-out-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // A file stops root too, whom no file mode keeps from writing.
  const file = join(folder, 'a-file')
  writeFileSync(file, '')
  const command = start(context, [], { out: join(file, 'runs') })
  expect(await command.exited, command.stderr()).toBe(69)
  expect(command.stderr()).toMatch(/^floodmark: cannot write run records to .*a-file\/runs: ENOTDIR.*\n→ name a folder that can be written with --out\n$/)
  expect(readdirSync(folder)).toEqual(['a-file'])
})

test.concurrent('--links direct with a cut: exit 64, nothing started', { timeout: limitMs }, async context => {
  const { expect } = context
  const command = start(context, ['--links', 'direct', '--set', 'cut=true'])
  expect(await command.exited, command.stderr()).toBe(64)
  expect(command.stderr()).toContain('faults[0]: cut needs the proxy of intake->destination, which --links direct leaves out')
  expect(existsSync(command.out)).toBe(false)
})
