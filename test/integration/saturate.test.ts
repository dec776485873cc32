// `floodmark saturate` as a user calls it: on an intake that runs, on the reference system, and where there is nothing to measure.
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { until } from '../../harness/clock.ts'
import { anyAlive, treeOf } from '../../harness/environment/process-tree.ts'
import { ok, secret, startIntake, status, temporaryFolder, type Intake } from '../fixtures/load.ts'

const command = join(import.meta.dirname, '../../bin/floodmark.js')

function start(...args: string[]) {
  const child = spawn(process.execPath, [command, 'saturate', ...args], { env: { ...process.env, FLOODMARK_SECRET: secret } })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => { printed.stdout += chunk })
  child.stderr.on('data', chunk => { printed.stderr += chunk })
  return { child, printed, exited: once(child, 'close').then(([code]) => code as number | null) }
}

function urlOf({ port }: Intake): string {
  return `http://127.0.0.1:${port}/webhooks`
}

function wellSigned({ headers, body }: Intake['requests'][number]): boolean {
  return headers.get('x-shopify-hmac-sha256') === createHmac('sha256', secret).update(body).digest('base64')
}

it('sends an intake that runs already new, signed orders over ever more connections', async () => {
  await using intake = await startIntake((socket, request) => socket.write(wellSigned(request) ? ok : status(401)))
  const { exited, printed } = start(urlOf(intake), '--seconds', '1', '--max-connections', '4', '--json')
  expect(await exited, printed.stderr).toBe(0)
  const { steps, knee, closedLoop } = JSON.parse(printed.stdout)
  expect(closedLoop).toBe(true)
  expect(steps[0]).toMatchObject({ connections: 1, otherAnswers: {}, errors: 0 })
  expect(steps.every((step: { acked: number }) => step.acked > 0)).toBe(true)
  expect(steps.map((step: { perSecond: number }) => step.perSecond)).toContain(knee.perSecond)
  const ids = intake.requests.map(({ headers }) => headers.get('x-shopify-webhook-id'))
  expect(ids.length).toBeGreaterThan(100)
  expect(new Set(ids).size).toBe(ids.length)
}, 60_000)

it('names what kept it from measuring', async () => {
  await using deaf = await startIntake(socket => socket.write(status(401)))
  const gone = await startIntake(() => {})
  await gone[Symbol.asyncDispose]()
  const cases = [
    { args: [urlOf(deaf)], exit: 5, says: 'FLOODMARK_SECRET' },
    { args: ['http://192.0.2.1/webhooks'], exit: 64, says: '--allow-host 192.0.2.1' },
    { args: [urlOf(gone)], exit: 69, says: 'ECONNREFUSED' },
    { args: ['no-such-scenario'], exit: 64, says: 'no-such-scenario' },
  ]
  await Promise.all(cases.map(async ({ args, exit, says }) => {
    const { exited, printed } = start(...args)
    expect(await exited, printed.stderr).toBe(exit)
    expect(printed.stderr).toContain(says)
  }))
  expect(deaf.requests).toHaveLength(1)
}, 60_000)

it('arranges the reference system, saturates its intake, and at Ctrl-C leaves nothing of it', async () => {
  await using folder = await temporaryFolder()
  const { child, exited, printed } = start('smoke', '--seconds', '1', '--out', folder.path)
  await until('a first step', 60_000, () => (printed.stderr.includes('2 connections: ') ? true : undefined))
  const pids = treeOf(child.pid!).map(({ pid }) => pid)
  expect(pids.length).toBeGreaterThan(5)
  child.kill('SIGINT')
  expect(await exited, printed.stderr).toBe(130)
  expect(printed.stderr).toMatch(/1 connection: [1-9]/)
  await until('the end of all its processes', 10_000, () => (anyAlive(pids) ? undefined : true))
}, 90_000)
