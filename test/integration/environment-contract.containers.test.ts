// The contract of environments, kept by containers.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect } from 'vitest'
import { http, image, tcp } from '../../harness/environment/components.ts'
import { imageOf } from '../../harness/environment/images/images.ts'
import { environmentContract } from '../contract/environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'floodmark-image-'))
cpSync(fileURLToPath(new URL('../fixtures/environment/program.ts', import.meta.url)), join(folder, 'program.ts'))
writeFileSync(join(folder, 'Dockerfile'), `FROM ${imageOf('node')}\nCOPY program.ts /\nENV HOST=0.0.0.0\nENTRYPOINT ["node"]\nCMD ["/program.ts"]\n`)
afterAll(() => rmSync(folder, { recursive: true }))

environmentContract('containers', {
  more: {
    bare: image(imageOf('nats'), { port: 4_222, ready: tcp() }),
    built: image({ build: folder }, { port: 9_090, env: ({ port }) => ({ PORT: port, STOP_AT_SIGTERM: 'yes' }), ready: http('/healthz') }),
  },
  versions: { docker: expect.stringMatching(/^\d+\./), node: process.versions.node, 'nats-server': expect.stringMatching(/^2\./), postgres: expect.stringMatching(/^18/), toxiproxy: '2.12.0' },
})
