// What `floodmark export k6` writes, sent by k6 processes that are started by hand.
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'

import { findTool } from '../../harness/environment/build-tool.ts'
import { compileFor } from '../../harness/phases/plan.ts'
import { createCorpus } from '../../harness/platform/corpus.ts'
import { loadScenario } from '../../harness/scenario/load.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { buildK6, k6BuildLimitMs } from '../fixtures/engines.ts'
import { ok, startIntake, status, temporaryFolder } from '../fixtures/load.ts'

const command = fileURLToPath(new URL('../../bin/floodmark.js', import.meta.url))
const secret = 'shpss_by_hand_0123456789'
const limitMs = 60_000

beforeAll(buildK6, k6BuildLimitMs)

async function runToEnd(file: string, args: readonly string[], { cwd, env = {} }: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<{ code: number | null; output: string }> {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

it('two k6 processes with half a segment each send every event of the plan once, signed with a secret that no file holds', async () => {
  const { path: k6 } = await findTool('k6', () => {})
  await using folder = await temporaryFolder()
  const exported = await runToEnd(process.execPath, [command, 'export', 'k6', 'smoke', '--seed', '5', '--set', 'rate=150', '--set', 'duration=2s', '--out', 'flood'], { cwd: folder.path })
  expect(exported, exported.output).toMatchObject({ code: 0, output: expect.stringContaining('300 webhooks over 2 s') })
  const flood = join(folder.path, 'flood')

  await using intake = await startIntake(socket => socket.write(ok))
  const env = { BASE_URL: `http://127.0.0.1:${intake.port}/`, SECRET: secret, K6_AUTO_EXTENSION_RESOLUTION: 'false' }
  const halves = await Promise.all(['0:1/2', '1/2:1'].map(segment => runToEnd(k6, ['run', '--quiet', '--no-usage-report', '--execution-segment', segment, '--execution-segment-sequence', '0,1/2,1', 'script.js'], { cwd: flood, env })))
  for (const { code, output } of halves) expect(code, output).toBe(0)

  const plan = compileFor(prepare(await loadScenario('smoke'), { set: { rate: 150, duration: '2s' } }), 5)
  const corpus = createCorpus(plan)
  const planned = Array.from({ length: plan.eventCount - plan.warmUpCount }, (_, place) => corpus.webhookId(plan.warmUpCount + place))
  expect(planned.length).toBe(300)
  expect(intake.requests.map(({ headers }) => headers.get('x-shopify-webhook-id')).toSorted()).toEqual(planned.toSorted())
  for (const { headers, body, line } of intake.requests) {
    expect(headers.get('x-shopify-hmac-sha256')).toBe(createHmac('sha256', secret).update(body).digest('base64'))
    expect(line).toBe('POST /webhooks HTTP/1.1')
    const { id, created_at: createdAt } = JSON.parse(body.toString())
    const order = corpus.orderOfOrderId(String(id))!
    expect([headers.get('x-shopify-event-id'), headers.get('x-shopify-triggered-at')]).toEqual([corpus.eventId(order), createdAt])
  }

  for (const name of await readdir(flood)) expect(await readFile(join(flood, name), 'utf8'), name).not.toContain(secret)
  expect((await readdir(flood)).toSorted()).toEqual(['README.md', 'events.txt', 'flood.json', 'script.js', 'shops.json', 'templates.json', 'test-run.yaml'])
})

it('one k6 by itself says what is missing, and does not end well when it dropped what nobody was there to send', async () => {
  const { path: k6 } = await findTool('k6', () => {})
  await using folder = await temporaryFolder()
  await runToEnd(process.execPath, [command, 'export', 'k6', fileURLToPath(new URL('../fixtures/command/few-users.ts', import.meta.url)), '--out', 'flood'], { cwd: folder.path })
  const flood = join(folder.path, 'flood')
  const unset = await runToEnd(k6, ['run', '--quiet', '--no-usage-report', 'script.js'], { cwd: flood, env: { BASE_URL: 'http://127.0.0.1:1' } })
  expect(unset, unset.output).toMatchObject({ code: 108, output: expect.stringContaining('BASE_URL and SECRET must be set') })

  await using intake = await startIntake(socket => setTimeout(() => socket.write(status(200)), 300))
  const { code, output } = await runToEnd(k6, ['run', '--quiet', '--no-usage-report', 'script.js'], { cwd: flood, env: { BASE_URL: `http://127.0.0.1:${intake.port}`, SECRET: secret } })
  expect(code, output).toBe(99)
  expect(output).toMatch(/dropped_iterations/)
  expect(intake.requests.length).toBeLessThan(200)
})
