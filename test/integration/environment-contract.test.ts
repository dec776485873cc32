// The contract of environments, kept by local processes.
import { expect } from 'vitest'
import { environmentContract } from '../contract/environment.ts'

environmentContract('local', {
  versions: { node: process.versions.node, 'nats-server': '2.15.2', postgres: expect.stringMatching(/^18/), toxiproxy: '2.12.0' },
})
