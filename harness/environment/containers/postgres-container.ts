import { PostgreSqlContainer } from '@testcontainers/postgresql'
import { randomBytes } from 'node:crypto'
import type { Component } from '../../scenario/system.ts'
import { imageOf } from '../images/images.ts'
import { applySchema, initdbArguments, postgresUrl, postgresUser } from '../postgres-server.ts'
import { postgresProbe, queryPostgres } from '../probes.ts'
import { launchContainer, type ContainerLaunch } from './container-launch.ts'
import { volumeOf, type ContainerRun } from './container-run.ts'

export const postgresPort = 5_432

const answerLimitMs = 5_000
/** The volume that its image declares. Images before version 18 declare another one below it, past which PGDATA leads then. */
const volumeFolder = '/var/lib/postgresql'

/** A PostgreSQL server with a password of its own; `schemaFile` is applied when it first answers. Its data is on the volume that its image declares. */
export function postgresContainer(run: ContainerRun, name: string, { settings }: Extract<Component, { kind: 'postgres' }>, schemaFile: string | undefined): ContainerLaunch & { urlAt(address: string): string } {
  const password = randomBytes(16).toString('hex')
  const urlAt = (address: string): string => postgresUrl(address, password)
  // Where it listens is not the system's to say, so these come last.
  const configuration = { ...settings, listen_addresses: '*', port: String(postgresPort), unix_socket_directories: '/var/run/postgresql' }
  const isLimited = run.disks.has(name)
  const launch = launchContainer(run, {
    name,
    image: imageOf('postgres'),
    placeImage: run.placeImage,
    module: PostgreSqlContainer,
    command: ['postgres', ...Object.entries(configuration).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    describe: container => (container as PostgreSqlContainer).withDatabase('postgres').withUsername(postgresUser).withPassword(password).withEnvironment({ POSTGRES_INITDB_ARGS: initdbArguments.join(' '), LC_ALL: 'C', TZ: 'UTC', ...(isLimited ? { PGDATA: `${volumeFolder}/18/docker` } : {}) }),
    ports: [postgresPort],
    hostConfig: isLimited ? { Mounts: [volumeOf(run, name, volumeFolder)] } : {},
  }, {
    probe: container => postgresProbe(urlAt(container.place.publishedAt(postgresPort))),
    initialise: container => applySchema(name, urlAt(container.place.publishedAt(postgresPort)), schemaFile),
    // Debian's adds where it was built.
    version: { name: 'postgres', read: async container => (await queryPostgres(urlAt(container.place.publishedAt(postgresPort)), 'show server_version', answerLimitMs))[0].server_version.split(' ')[0] },
  })
  return { ...launch, urlAt }
}
