// PostgreSQL refuses root; the same system must come up as root and as an ordinary user.
import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findTool } from '../../harness/environment/build-tool.ts'
import { nothing } from '../fixtures/environment/arranged.ts'

const root = process.getuid?.() === 0
const ordinary = { uid: 65_534, gid: 65_534 }

const run = promisify(execFile)
const checkout = fileURLToPath(new URL('../../', import.meta.url))

async function arrangeAs(user: { uid?: number; gid?: number }, env: NodeJS.ProcessEnv, folder = checkout): Promise<unknown> {
  const node = process.execPath.startsWith(checkout) ? join(folder, relative(checkout, process.execPath)) : process.execPath
  const { stdout } = await run(node, [join(folder, 'test/fixtures/environment/as-user.ts')], { ...user, env, timeout: 60_000 })
  return JSON.parse(stdout)
}

/** A copy of the checkout where everybody may enter, as a clone in root's home is not; of links where the file system allows it. */
async function copyFor(folder: string): Promise<string> {
  const parts = ['harness', 'reports', 'test', 'node_modules', 'package.json'].map(name => join(checkout, name))
  await run('cp', ['-al', ...parts, folder]).catch(() => run('cp', ['-a', ...parts, folder]))
  return folder
}

test.runIf(root)('root runs PostgreSQL as nobody', async () => {
  expect(await arrangeAs({}, process.env)).toEqual({ answered: expect.stringContaining('select 1'), uid: 0, postgresUid: ordinary.uid, left: nothing })
}, 90_000)

test.runIf(root)('an ordinary user runs everything as themselves', async () => {
  const home = mkdtempSync(join(tmpdir(), 'floodmark-home-'))
  chmodSync(home, 0o755)
  try {
    const settings: NodeJS.ProcessEnv = {}
    for (const [name, setting] of [['nats-server', 'FLOODMARK_NATS_SERVER'], ['toxiproxy-server', 'FLOODMARK_TOXIPROXY_SERVER']] as const) {
      settings[setting] = join(home, name)
      copyFileSync((await findTool(name, () => {})).path, join(home, name))
    }
    expect(await arrangeAs(ordinary, { PATH: process.env.PATH, HOME: home, ...settings }, await copyFor(home))).toEqual({ answered: expect.stringContaining('select 1'), uid: ordinary.uid, postgresUid: ordinary.uid, left: nothing })
  } finally {
    rmSync(home, { recursive: true })
  }
}, 90_000)
