import { NatsContainer } from '@testcontainers/nats'
import type { Component } from '../../scenario/system.ts'
import { goEnvironment } from '../go-runtime.ts'
import { imageOf } from '../images/images.ts'
import { natsConfiguration, type ClusterSetting } from '../nats-configuration.ts'
import { natsHealth, natsNodeProbe, natsProbe } from '../probes.ts'
import { launchContainer, type ContainerLaunch } from './container-launch.ts'
import { volumeOf, type ContainerRun } from './container-run.ts'

/** What a server listens on inside its container, as the official image has it. */
export const natsPorts = { client: 4_222, route: 6_222, monitor: 8_222 }

const answerLimitMs = 5_000
const configurationFile = '/etc/floodmark/nats.conf'
const store = '/data'

/** A NATS server with JetStream, alone or with its place in a cluster. Its store is a volume that outlives its process; in memory it is empty at each start. */
export function natsContainer(run: ContainerRun, name: string, { storage, syncInterval }: Extract<Component, { kind: 'nats' }>, cluster?: ClusterSetting): ContainerLaunch {
  const at = (port: number): string => `0.0.0.0:${port}`
  const configuration = natsConfiguration({ name, listen: at(natsPorts.client), monitor: at(natsPorts.monitor), store, syncInterval, cluster })
  const probe = cluster ? natsNodeProbe : natsProbe
  return launchContainer(run, {
    name,
    image: imageOf('nats'),
    placeImage: run.placeImage,
    module: NatsContainer,
    // In place of the module's, which asks for a user and a password that a process of this machine does not have either.
    command: ['--config', configurationFile],
    describe: container => container.withCopyContentToContainer([{ content: configuration, target: configurationFile }]).withEnvironment(goEnvironment(run.engine.cores)),
    ports: [natsPorts.client, natsPorts.monitor],
    hostConfig: storage === 'memory' ? { Tmpfs: { [store]: '' } } : { Mounts: [volumeOf(run, name, store)] },
  }, {
    probe: container => probe(container.place.publishedAt(natsPorts.client)),
    health: container => limitMs => natsHealth(container.place.publishedAt(natsPorts.monitor), limitMs),
    version: {
      name: 'nats-server',
      async read(container) {
        const response = await fetch(`http://${container.place.publishedAt(natsPorts.monitor)}/varz`, { signal: AbortSignal.timeout(answerLimitMs) })
        return (await response.json() as { version: string }).version
      },
    },
  })
}
