// Images that a run needs, from a registry on loopback: pulled with progress, with the user's credentials, or refused all at once.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { findEngine } from '../../harness/environment/containers/find-engine.ts'
import { ensureImages } from '../../harness/environment/containers/pull.ts'
import { settleRyuk } from '../../harness/environment/containers/ryuk.ts'
import { imageOf } from '../../harness/environment/images/images.ts'
import { startRegistry, type Registry } from '../fixtures/containers/registry.ts'

const { client: { container: { dockerode: docker } } } = await findEngine()
const watch = { progress: () => {}, signal: new AbortController().signal }

afterEach(() => vi.unstubAllEnvs())

async function ensure(names: string[], env: NodeJS.ProcessEnv = {}) {
  const script = join(import.meta.dirname, '../fixtures/containers/ensure-images.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...names], { env: { ...process.env, ...env }, timeout: 60_000 })
  return JSON.parse(stdout) as { lines: string[]; error?: { exit: string; message: string; evidence: string[]; hint: string } }
}

async function removed({ image }: Registry): Promise<void> {
  await docker.getImage(image).remove({ force: true }).catch(() => {})
}

test('a missing image is pulled, and how far that is is told; one that is there is not', async () => {
  await using registry = await startRegistry({ forMs: 5_000 })
  const first = await ensure([registry.image, imageOf('nats')])
  try {
    expect(first).toEqual({ lines: [`pulling ${registry.image}`, expect.stringMatching(/pulling .*: \d+ % of 4\.0 MB/), ...first.lines.slice(2, -1), `pulled ${registry.image}`] })
    expect(await ensure([registry.image])).toEqual({ lines: [] })
  } finally {
    await removed(registry)
  }
})

test("a registry that wants to know who asks gets the user's own credentials", async () => {
  const credentials = 'webhooks:over and over'
  await using registry = await startRegistry({ credentials })
  const known = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from(credentials).toString('base64') } } }) }
  try {
    expect((await ensure([registry.image])).error).toMatchObject({ exit: 'unavailable', evidence: [expect.stringMatching(/no basic auth credentials|authentication required|unauthorized/)] })
    expect(await ensure([registry.image], known)).toEqual({ lines: [`pulling ${registry.image}`, `pulling ${registry.image} with the credentials of ~/.docker/config.json`] })
  } finally {
    await removed(registry)
  }
})

test('all images that cannot be had are told at once, each with the engine\'s words and the variable that names another', async () => {
  const { host } = await startRegistry().then(async registry => { await registry[Symbol.asyncDispose](); return registry })
  const gone = `${host}/gone:1`
  const { error } = await ensure([imageOf('toxiproxy'), gone, `${host}/own:2`], { FLOODMARK_IMAGE_NATS: gone })
  expect(error).toEqual({
    exit: 'unavailable',
    message: '2 images that the run needs cannot be had',
    evidence: [expect.stringMatching(/gone:1 \(FLOODMARK_IMAGE_NATS names another\): .*connection refused/), expect.stringMatching(/own:2: .*connection refused/)],
    hint: expect.stringMatching(new RegExp(`docker pull ${gone}; docker pull ${host}/own:2\nor name images .* FLOODMARK_IMAGE_NATS=<image>\n.*without-registry/README.md`)),
  })
})

test('an interrupted pull ends at once', async () => {
  await using registry = await startRegistry({ forMs: 60_000 })
  const interrupt = new AbortController()
  const pulling = ensureImages([registry.image], { signal: interrupt.signal, progress: line => { if (line.includes('%')) interrupt.abort(new Error('interrupted')) } })
  await expect(pulling).rejects.toThrow('interrupted')
})

test('Ryuk is switched off where its image cannot be had, and only there', async () => {
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', undefined)
  vi.stubEnv('RYUK_CONTAINER_IMAGE', imageOf('nats'))
  await settleRyuk(watch)
  expect(process.env.TESTCONTAINERS_RYUK_DISABLED).toBeUndefined()
  vi.stubEnv('RYUK_CONTAINER_IMAGE', '127.0.0.1:1/ryuk:0')
  const lines: string[] = []
  await settleRyuk({ ...watch, progress: line => void lines.push(line) })
  expect(process.env.TESTCONTAINERS_RYUK_DISABLED).toBe('true')
  expect(lines.at(-1)).toMatch(/^without Ryuk \(127\.0\.0\.1:1\/ryuk:0 \(RYUK_CONTAINER_IMAGE names another\): .*connection refused\)/)
})
