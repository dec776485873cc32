// The contract of environments, kept by containers.
import { expect } from 'vitest'
import { image, tcp } from '../../harness/environment/components.ts'
import { imageOf } from '../../harness/environment/images/images.ts'
import { environmentContract } from '../contract/environment.ts'

environmentContract('containers', {
  more: { bare: image(imageOf('nats'), { port: 4_222, ready: tcp() }) },
  versions: { docker: expect.stringMatching(/^\d+\./), node: process.versions.node, 'nats-server': expect.stringMatching(/^2\./), postgres: expect.stringMatching(/^18/), toxiproxy: '2.12.0' },
})
