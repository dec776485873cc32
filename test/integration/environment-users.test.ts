// PostgreSQL refuses root; the same system must come up as root and as an ordinary user.
import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findTool } from '../../harness/environment/build-tool.ts'
import { modulePath } from '../../harness/module-path.ts'
import { nothing } from '../fixtures/environment/arranged.ts'

const root = process.getuid?.() === 0
const ordinary = { uid: 65_534, gid: 65_534 }

async function arrangeAs(user: { uid?: number; gid?: number }, env: NodeJS.ProcessEnv): Promise<unknown> {
  const script = modulePath(import.meta.url, '../fixtures/environment/as-user.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script], { ...user, env, timeout: 60_000 })
  return JSON.parse(stdout)
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
    expect(await arrangeAs(ordinary, { PATH: process.env.PATH, HOME: home, ...settings })).toEqual({ answered: expect.stringContaining('select 1'), uid: ordinary.uid, postgresUid: ordinary.uid, left: nothing })
  } finally {
    rmSync(home, { recursive: true })
  }
}, 90_000)
