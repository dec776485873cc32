// What a run in containers says, exits with and leaves where something that it needs is not there, or goes away.
import { expect, onTestFinished, test } from 'vitest'
import { heal, startRun, type Command, type CommandOptions } from '../fixtures/command/floodmark.ts'
import { onEngine } from '../fixtures/containers/leftovers.ts'
import { startOwnEngine } from '../fixtures/containers/own-engine.ts'

const limitMs = 300_000
/** Nothing listens there. */
const nowhere = '127.0.0.1:1/floodmark/nothing:1'

function start(scenario: string, options: CommandOptions, ...args: string[]): Command {
  const command = startRun(scenario, ['--env', 'containers', ...args], options)
  onTestFinished(command.clear)
  return command
}

test('images that do not exist: all of them, with the variable that names another', { timeout: limitMs }, async () => {
  const command = start('disturbed.ts', { env: { FLOODMARK_IMAGE_NATS: nowhere, FLOODMARK_IMAGE_TOXIPROXY: 'Floodmark:1' } })
  expect(await command.exited, command.stderr()).toBe(69)
  expect(command.stderr()).toContain('floodmark: 2 images that the run needs cannot be had\n')
  expect(command.stderr()).toMatch(/ {2}127\.0\.0\.1:1\/floodmark\/nothing:1 \(FLOODMARK_IMAGE_NATS names another\): .*connection refused\n/)
  expect(command.stderr()).toMatch(/ {2}Floodmark:1 \(FLOODMARK_IMAGE_TOXIPROXY names another\): .*invalid reference format/)
  expect(command.stderr()).toMatch(/\n→ see that the engine reaches the registry: docker pull/)
  expect(await onEngine(command)).toEqual([])
})

test('an engine that is not there', { timeout: limitMs }, async () => {
  const command = start('flood.ts', { env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
  expect(await command.exited, command.stderr()).toBe(69)
  expect(command.stderr()).toMatch(/floodmark: no Docker engine that answers\n {2}unix:\/\/\/nowhere\/docker\.sock \(DOCKER_HOST\): there is no such socket\n→ start the engine/)
})

test('a container that exits at once: how, and its last words', { timeout: limitMs }, async () => {
  const command = start('flood.ts', { env: { FLAW: 'dies at start' } })
  expect(await command.exited, command.stderr()).toBe(69)
  expect(command.stderr()).toMatch(/floodmark: relay \(container [0-9a-f]{12}\) exited with code 7 before it was ready\n(.*\n)* {2}cannot go on: CRM_REGION is not set\n/)
  expect(await onEngine(command)).toEqual([])
})

test.runIf(process.getuid?.() === 0)('an engine that goes away in the flood: the run is over and invalid, and what it left is healed once the engine is back', { timeout: limitMs }, async () => {
  await using engine = await startOwnEngine()
  const command = start('flood.ts', { env: engine.env }, '--set', 'duration=60s')
  await command.says(/ of 60\.0 s {2}delivered [1-9]/)
  await engine.kill()
  expect(await command.exited, command.stderr()).toBe(5)
  expect(command.stderr()).toContain(`floodmark heal ${command.runFolder()}`)
  expect(command.record().checks.find(({ name }) => name === 'readersWorked')).toMatchObject({ verdict: 'invalid', observed: expect.stringContaining('docker'), evidence: expect.arrayContaining([expect.stringContaining('the engine went away')]) })
  expect(await heal(command)).toMatchObject({ code: 4, stdout: expect.stringMatching(/→ .*heal again once that engine runs, or by hand: export DOCKER_HOST=unix:\S+; docker ps -aq --filter label=/) })
  await engine.start()
  expect(await heal(command)).toMatchObject({ code: 0, stdout: expect.stringMatching(/removed \d containers, 1 network/) })
})
