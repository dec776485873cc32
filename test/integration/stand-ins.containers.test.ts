// Each image of the container environment, whether official or a stand-in, does what its Testcontainers module relies on.
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { NatsContainer } from '@testcontainers/nats'
import { PostgreSqlContainer } from '@testcontainers/postgresql'
import { ToxiProxyContainer } from '@testcontainers/toxiproxy'
import { Client } from 'pg'
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers'
import { expect, test } from 'vitest'
import { imageOf } from '../../harness/environment/images/images.ts'

/** What it logs, up to its end or to `last`: the log of a container that runs goes on. */
async function logsOf(container: StartedTestContainer, last = /$^/): Promise<string> {
  let logs = ''
  for await (const chunk of await container.logs()) {
    logs += String(chunk)
    if (last.test(logs)) break
  }
  return logs
}

test('nats keeps a stream, and its command is flags of nats-server', async () => {
  await using container = await new NatsContainer(imageOf('nats')).withJetStream().withArg('--name', 'stand-in').start()
  const connection = await connect(container.getConnectionOptions())
  try {
    const manager = await jetstreamManager(connection)
    await manager.streams.add({ name: 'orders', subjects: ['orders.>'] })
    await manager.jetstream().publish('orders.created', 'one')
    expect((await manager.streams.info('orders')).state.messages).toBe(1)
    expect(connection.info?.server_name).toBe('stand-in')
  } finally {
    await connection.close()
  }
})

test('postgres makes the database and the user, runs scripts of the first start, and keeps what it has over a restart', async () => {
  await using container = await new PostgreSqlContainer(imageOf('postgres'))
    .withDatabase('ledger')
    .withUsername('keeper')
    .withPassword(`it's "quoted"`)
    .withEnvironment({ POSTGRES_INITDB_ARGS: '--no-sync' })
    .withHealthCheck({ test: ['CMD-SHELL', 'pg_isready --host localhost --username keeper --dbname ledger'], interval: 250, timeout: 1000, retries: 1000 })
    .withCommand(['postgres', '-c', 'max_connections=17'])
    .withCopyContentToContainer([
      { content: 'CREATE TABLE orders (id int); INSERT INTO orders VALUES (7)', target: '/docker-entrypoint-initdb.d/1.sql' },
      { content: 'psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO orders VALUES (8)"', target: '/docker-entrypoint-initdb.d/2.sh' },
    ])
    .start()
  await logsOf(container, /(ready to accept connections.*){2}/s)
  await container.restart()
  const client = new Client({ connectionString: container.getConnectionUri() })
  await client.connect()
  try {
    const { rows } = await client.query(`SELECT current_user AS "user", current_setting('max_connections') AS most, (SELECT array_agg(id ORDER BY id) FROM orders) AS ids`)
    expect(rows).toEqual([{ user: 'keeper', most: '17', ids: [7, 8] }])
  } finally {
    await client.end()
  }
  const guess = new URL(container.getConnectionUri())
  guess.password = 'guessed'
  await expect(new Client({ connectionString: guess.href }).connect()).rejects.toThrow(/password authentication failed/)
})

test('postgres without a password ends with a word about it', async () => {
  const container = new GenericContainer(imageOf('postgres')).withWaitStrategy(Wait.forLogMessage(/superuser password is not specified/))
  await (await container.start()).stop()
})

test('toxiproxy proxies, and k6 reaches it and counts', async () => {
  await using container = await new ToxiProxyContainer(imageOf('toxiproxy')).start()
  const { host, port } = await container.createProxy({ name: 'itself', upstream: '127.0.0.1:8474' })
  expect(await (await fetch(`http://${host}:${port}/version`)).json()).toHaveProperty('version')

  const [network] = container.getNetworkNames()
  const script = `import http from 'k6/http'
    export const options = { iterations: 3, thresholds: { 'http_req_failed': ['rate==0'] } }
    export default () => http.get('http://${container.getIpAddress(network)}:8474/version')`
  await using k6 = await new GenericContainer(imageOf('k6'))
    .withCopyContentToContainer([{ content: script, target: '/home/k6/script.js' }])
    .withCommand(['run', 'script.js'])
    .withWaitStrategy(Wait.forOneShotStartup())
    .start()
  expect(await logsOf(k6)).toMatch(/http_reqs\.+: 3 /)
})

test('node runs a program that a command names, as its user too, and answers', async () => {
  await using version = await new GenericContainer(imageOf('node')).withUser('node').withCommand(['-v']).withWaitStrategy(Wait.forOneShotStartup()).start()
  expect((await logsOf(version)).trim()).toMatch(/^v24\./)
  await using server = await new GenericContainer(imageOf('node'))
    .withCommand(['node', '-e', `require('http').createServer((_, response) => response.end(process.env.WORD)).listen(8080)`])
    .withEnvironment({ WORD: 'here' })
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forListeningPorts())
    .start()
  expect(await (await fetch(`http://${server.getHost()}:${server.getMappedPort(8080)}`)).text()).toBe('here')
})
