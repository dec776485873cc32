// `node main.ts`: builds the stand-in images that the engine of $DOCKER_HOST does not have, and prints the settings that make runs use them.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, createReadStream, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { monotonicMs } from '../../../clock.ts'
import { runCommand } from '../../run-command.ts'
import { images } from '../images.ts'
import { standIns, type StandIn } from './stand-ins.ts'

// On two busy cores the Debian root takes half a minute, an image some seconds.
const buildLimitMs = 10 * 60_000
const inputsLabel = 'floodmark.stand-in.inputs'

const base = await debianImage()
for (const standIn of standIns) console.log(`export ${images[standIn.name].setting}=${await buildStandIn(standIn, base)}`)
// Its image is not among them, and Testcontainers would wait for a pull that cannot succeed.
console.log('export TESTCONTAINERS_RYUK_DISABLED=true')

function progress(line: string): void {
  console.error(line)
}

/** The image that Debian's stand-ins stand on, made from Debian's packages where the engine has none made by this script. */
async function debianImage(): Promise<string> {
  const inputs = await hashOf([folderOf('debian')])
  const image = `floodmark-stand-in/debian:bookworm-${inputs.slice(0, 12)}`
  await buildUnlessThere(image, inputs, async context => {
    cpSync(folderOf('debian'), context, { recursive: true })
    await runCommand(join(context, 'make-root.sh'), [join(context, 'root.tar')], { limitMs: buildLimitMs })
  })
  return image
}

async function buildStandIn({ name, onDebian, find }: StandIn, base: string): Promise<string> {
  const { path, as, version } = await find(progress)
  const image = `floodmark-stand-in/${name}:${version}`
  const inputs = await hashOf([folderOf(name), path], onDebian ? base : 'scratch')
  await buildUnlessThere(image, inputs, async context => {
    cpSync(folderOf(name), context, { recursive: true })
    cpSync(path, join(context, as), { recursive: true, verbatimSymlinks: true })
  }, onDebian ? ['--build-arg', `BASE=${base}`] : [])
  return image
}

async function buildUnlessThere(image: string, inputs: string, fill: (context: string) => Promise<void>, args: string[] = []): Promise<void> {
  if (await inputsOf(image) === inputs) return
  const startedAt = monotonicMs()
  const context = mkdtempSync(join(tmpdir(), 'floodmark-image-'))
  try {
    await fill(context)
    // The classic builder: BuildKit is a plugin that Debian's docker.io does not bring.
    const env = { ...process.env, DOCKER_BUILDKIT: '0' }
    await runCommand('docker', ['build', '--quiet', '--force-rm', '--label', `${inputsLabel}=${inputs}`, '--tag', image, ...args, context], { env, limitMs: buildLimitMs })
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
  progress(`built ${image} in ${Math.round((monotonicMs() - startedAt) / 1000)} s`)
}

/** The label of what an image was built from; undefined: it is not there. */
async function inputsOf(image: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('docker', ['image', 'ls', '--format', '{{.ID}}', '--filter', `reference=${image}`])
  if (!stdout.trim()) return undefined
  const inspected = await promisify(execFile)('docker', ['image', 'inspect', '--format', `{{index .Config.Labels "${inputsLabel}"}}`, image])
  return inspected.stdout.trim()
}

function folderOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** A hash over the names and contents of files and folders, and of one word more. */
async function hashOf(paths: readonly string[], word = ''): Promise<string> {
  const hash = createHash('sha256').update(word)
  for (const path of paths) {
    const files = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).sort().map(name => join(path, name)) : [path]
    for (const file of files.filter(file => statSync(file).isFile())) {
      hash.update(basename(file))
      await pipeline(createReadStream(file), hash, { end: false })
    }
  }
  return hash.digest('hex')
}
