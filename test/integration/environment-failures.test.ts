// What goes wrong while arranging is named, with its evidence, and leaves nothing behind.
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { command, nats, postgres, running, tcp } from '../../harness/environment/components.ts'
import type { ArrangeOptions } from '../../harness/environment/environment.ts'
import { createPortPicker } from '../../harness/environment/free-port.ts'
import { arrangeLocal } from '../../harness/environment/local.ts'
import { arrangement, nothing, portOf, program, small } from '../fixtures/environment/arranged.ts'
import type { Destination } from '../../harness/scenario/system.ts'

const destination: Destination = { path: '/v1', latency: { p50: '1ms' }, failures: { share: 0, statuses: [] }, idempotencyWindow: '1m', answer: '{}' }
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function arranged(...args: Parameters<typeof arrangement>): ReturnType<typeof arrangement> {
  const made = arrangement(...args)
  cleanups.push(made.remove)
  return made
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

test('a program that dies at start is named, with its exit code and its last lines', async () => {
  const { options, left } = arranged({ ...small, ingest: program(() => ({ DIE_AT_START: 'yes' })) })
  await expect(arrangeLocal(options)).rejects.toMatchObject({
    exit: 'unavailable',
    message: expect.stringMatching(/^ingest \(process \d+\) exited with code 7 before it was ready$/),
    evidence: expect.arrayContaining(['cannot go on: LEDGER_REGION is not set']),
    hint: expect.stringContaining('ingest.log'),
  })
  expect(left()).toEqual(nothing)
}, 60_000)

test('a command that does not exist is named', async () => {
  const { options, left } = arranged({ ingest: command(['/no/such/pipeline'], { ready: tcp() }) })
  await expect(arrangeLocal(options)).rejects.toMatchObject({ exit: 'unavailable', message: expect.stringMatching(/^ingest: \/no\/such\/pipeline cannot be started in .*ENOENT/) })
  expect(left()).toEqual(nothing)
})

test('a server with a setting that it does not know is named, with what it says of it', async () => {
  const { options, left } = arranged({ ledger: postgres({ settings: { max_conections: '5' } }), ingest: program() })
  await expect(arrangeLocal(options)).rejects.toMatchObject({ message: expect.stringContaining('ledger'), evidence: expect.arrayContaining([expect.stringContaining('unrecognized configuration parameter "max_conections"')]) })
  const wrong = arranged({ queue: nats({ syncInterval: 'sometimes' }), ingest: program() })
  await expect(arrangeLocal(wrong.options)).rejects.toMatchObject({ message: expect.stringContaining('queue'), evidence: expect.arrayContaining([expect.stringContaining('sync_interval')]) })
  expect([left(), wrong.left()]).toEqual([nothing, nothing])
}, 60_000)

test('a schema that PostgreSQL refuses is the user\'s to mend', async () => {
  const { options, left } = arranged({ ledger: postgres({ schema: './program.ts' }), ingest: program() })
  await expect(arrangeLocal(options)).rejects.toMatchObject({ exit: 'usage', message: expect.stringMatching(/ledger: the schema .*program\.ts could not be applied: syntax error/) })
  expect(left()).toEqual(nothing)
}, 60_000)

test.for([5, 60, 200, 500])('an abort %i ms into arranging leaves nothing, and stubborn programs are killed', { timeout: 60_000 }, async afterMs => {
  const abort = new AbortController()
  const { options, left } = arranged({ ...small, ingest: program(({ to }) => ({ REACH: to('queue'), IGNORE_SIGTERM: 'yes', HANG: to('ledger') })) }, { signal: abort.signal })
  setTimeout(() => abort.abort(new Error('Ctrl-C')), afterMs)
  await expect(arrangeLocal(options)).rejects.toThrow('Ctrl-C')
  expect(left()).toEqual(nothing)
})

test('with direct links there is no proxy and the listener is the component itself', async () => {
  const { options, left, steps } = arranged({ ingest: program() }, { links: 'direct' })
  const environment = await arrangeLocal(options)
  const link = environment.links.get('platform->ingest')!
  expect(link).toMatchObject({ proxy: undefined, listen: link.upstream })
  expect(environment.versions).not.toHaveProperty('toxiproxy')
  expect((await fetch(environment.intakeUrl)).status).toBe(200)
  expect(steps.filter(step => step.do === 'signal')).toHaveLength(1)
  await environment.stop()
  expect(left()).toEqual(nothing)
})

test('what already runs is reached through a link, left alone, and told when it is not there', async () => {
  const server = createServer((_request, response) => response.end('already here'))
  const port = await listen(server)
  const components = { ingest: running({ url: `http://localhost:${port}/shop/`, connectsTo: ['analytics'] }) }
  const fixed = await createPortPicker()()
  const more: Partial<ArrangeOptions> = { servers: { admin: '127.0.0.1:1', destinations: { analytics: `127.0.0.1:${port}` } } }
  const { options } = arranged(components, more, { destinations: { analytics: { ...destination, port: fixed } } })
  const environment = await arrangeLocal(options)
  const ingest = environment.components.get('ingest')!
  expect(ingest).toMatchObject({ managed: false, pid: undefined })
  await expect(ingest.kill()).rejects.toThrow('left alone')
  expect(new URL(environment.intakeUrl).pathname).toBe('/shop/webhooks')
  expect(await (await fetch(environment.intakeUrl)).text()).toBe('already here')
  expect(portOf(environment.links.get('ingest->analytics')!.listen)).toBe(fixed)
  expect(await (await fetch(`http://127.0.0.1:${fixed}/`)).text()).toBe('already here')
  await environment.stop()

  const taken = arranged(components, more, { destinations: { analytics: { ...destination, port } } })
  await expect(arrangeLocal(taken.options)).rejects.toMatchObject({ exit: 'unavailable', message: expect.stringContaining(`127.0.0.1:${port}`), hint: expect.stringContaining('ss -ltnp') })
  server.close()
  server.closeAllConnections()
  const gone = arranged({ ingest: running({ url: `http://127.0.0.1:${port}` }) })
  await expect(arrangeLocal(gone.options)).rejects.toMatchObject({ exit: 'unavailable', message: expect.stringMatching(/ingest does not answer.*ECONNREFUSED/) })
  expect([taken.left(), gone.left()]).toEqual([nothing, nothing])
})

test('data lies under the run\'s folder where its owner may go there', async () => {
  const { options, steps } = arranged({ queue: nats(), ingest: program() })
  const environment = await arrangeLocal(options)
  const [folder] = steps.filter(step => step.do === 'remove-folder').map(step => step.path)
  expect(folder.startsWith(options.folder)).toBe(true)
  expect(existsSync(`${folder}/queue/nats.conf`)).toBe(true)
  await environment.stop()
}, 30_000)
