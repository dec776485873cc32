// Settings of the services: every problem at once, in words that help, and no value repeated.
import { expect, test } from 'vitest'
import { list, namedUrls, oneOf, readSettings, SettingsError, text, url, urls, wholeNumber } from '../../system/service/settings.ts'

const readers = {
  NATS_URL: url(['nats']), SECRET: text(), PORT: wholeNumber({ fallback: 80, max: 65_535 }), STORAGE: oneOf(['file', 'memory'], 'file'), SHOPS: list([]), DESTINATIONS: namedUrls(),
}
const good = { NATS_URL: 'nats://127.0.0.1:4222', SECRET: 'hush', DESTINATIONS: 'analytics=http://127.0.0.1:1/v1/batch, ads=http://127.0.0.1:2' }

test('values come with their types, and defaults where nothing was said', () => {
  expect(readSettings(readers, { ...good, SHOPS: 'a.example, b.example' })).toEqual({
    NATS_URL: 'nats://127.0.0.1:4222', SECRET: 'hush', PORT: 80, STORAGE: 'file', SHOPS: ['a.example', 'b.example'],
    DESTINATIONS: new Map([['analytics', 'http://127.0.0.1:1/v1/batch'], ['ads', 'http://127.0.0.1:2']]),
  })
})

test('a time that was shrunk to a fraction is rounded', () => {
  expect(readSettings(readers, { ...good, PORT: '8.6' }).PORT).toBe(9)
})

test('the servers of a cluster are a list, each of them a URL', () => {
  const cluster = { QUEUE: urls(['nats']) }
  expect(readSettings(cluster, { QUEUE: 'nats://127.0.0.1:4222, nats://127.0.0.1:4223' })).toEqual({ QUEUE: ['nats://127.0.0.1:4222', 'nats://127.0.0.1:4223'] })
  expect(readSettings(cluster, { QUEUE: 'nats://127.0.0.1:4222' })).toEqual({ QUEUE: ['nats://127.0.0.1:4222'] })
  for (const wrong of ['nats://127.0.0.1:4222,', 'nats://127.0.0.1:4222,http://127.0.0.1', '']) expect(() => readSettings(cluster, { QUEUE: wrong }), wrong).toThrow(/QUEUE must be/)
})

test('every problem is listed, without the values', () => {
  const wrong = { NATS_URL: 'http://secret-host', PORT: '70000', STORAGE: 'paper', DESTINATIONS: 'analytics' }
  const read = (): unknown => readSettings(readers, wrong)
  expect(read).toThrow(SettingsError)
  expect(read).toThrow(/NATS_URL must be a URL with nats\n.*SECRET must be set\n.*PORT must be a number from 0 to 65535\n.*STORAGE must be one of file, memory\n.*DESTINATIONS must be name=http/)
  expect(read).not.toThrow(/secret-host|70000|paper/)
})
