// `node main.ts`: builds the stand-in images that the engine of $DOCKER_HOST lacks, and prints the settings that make runs use them.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, createReadStream, globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { monotonicMs } from '../../../clock.ts'
import { runCommand } from '../../run-command.ts'
import { images } from '../images.ts'
import { standIns, type StandIn } from './stand-ins.ts'

// Debian's packages take half a minute to fetch and unpack, an image a second or two; a busy machine is still given its time.
const buildLimitMs = 10 * 60_000
const askLimitMs = 30_000
// What an image was made from. With other inputs it is made anew, under the same name.
const inputsLabel = 'floodmark.stand-in.inputs'

const debian = await buildDebian()
for (const standIn of standIns) console.log(`export ${images[standIn.name].setting}=${await buildStandIn(standIn)}`)
// There is none to stand in for Ryuk, and Testcontainers would try to pull it.
console.log('export TESTCONTAINERS_RYUK_DISABLED=true')

/** The image that those with a shell stand on. Its name holds its inputs, so what stands on it is made anew when it is. */
async function buildDebian(): Promise<string> {
  const inputs = await hashOf([folderOf('debian')])
  const image = `floodmark-stand-in/debian:bookworm-${inputs.slice(0, 12)}`
  await buildUnlessThere(image, inputs, [], async context => {
    cpSync(folderOf('debian'), context, { recursive: true })
    await runCommand(join(context, 'make-root.sh'), [join(context, 'root.tar')], { limitMs: buildLimitMs })
  })
  return image
}

async function buildStandIn({ name, onDebian, find }: StandIn): Promise<string> {
  const { path, as, version } = await find(console.error)
  const image = `floodmark-stand-in/${name}:${version}`
  const args = onDebian ? ['--build-arg', `BASE=${debian}`, '--build-arg', `VERSION=${version}`] : []
  await buildUnlessThere(image, await hashOf([folderOf(name), path], args), args, context => {
    cpSync(folderOf(name), context, { recursive: true })
    cpSync(path, join(context, as), { recursive: true, verbatimSymlinks: true })
  })
  return image
}

async function buildUnlessThere(image: string, inputs: string, args: readonly string[], fill: (context: string) => void | Promise<void>): Promise<void> {
  const label = `${inputsLabel}=${inputs}`
  const asked = ['image', 'ls', '--quiet', '--filter', `reference=${image}`, '--filter', `label=${label}`]
  if ((await promisify(execFile)('docker', asked, { timeout: askLimitMs })).stdout) return
  const startedAt = monotonicMs()
  const context = mkdtempSync(join(tmpdir(), 'floodmark-image-'))
  try {
    await fill(context)
    // The classic builder: BuildKit's client is a plugin that Debian's docker.io comes without.
    const env = { ...process.env, DOCKER_BUILDKIT: '0' }
    await runCommand('docker', ['build', '--force-rm', '--label', label, '--tag', image, ...args, context], { env, limitMs: buildLimitMs })
    // The one that had this name before.
    await runCommand('docker', ['image', 'prune', '--force', '--filter', `label=${inputsLabel}`], { limitMs: askLimitMs })
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
  console.error(`built ${image} in ${Math.round((monotonicMs() - startedAt) / 1000)} s`)
}

function folderOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** A hash over words and over the names and contents of files, those in folders included. */
async function hashOf(paths: readonly string[], words: readonly string[] = []): Promise<string> {
  const hash = createHash('sha256').update(words.join('\n'))
  for (const path of paths) {
    const files = statSync(path).isDirectory() ? globSync('**', { cwd: path }).sort().map(name => join(path, name)) : [path]
    for (const file of files.filter(file => statSync(file).isFile())) {
      hash.update(`\n${relative(path, file)}\n`)
      for await (const chunk of createReadStream(file)) hash.update(chunk)
    }
  }
  return hash.digest('hex')
}
