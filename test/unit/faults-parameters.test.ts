import { expect, test } from 'vitest'
import { faultKinds } from '../../harness/faults/registry.ts'

type Case = [kind: keyof typeof faultKinds, parameters: Record<string, unknown>, problems: string[]]

test.each<Case>([
  ['cut', {}, []],
  ['cut', { share: 0.5 }, ['share: cut takes no parameters']],
  ['slow', { latency: '300ms', jitter: '300ms', direction: 'both' }, []],
  ['slow', {}, ['latency: found nothing, must be a duration from 1ms to 60s']],
  ['slow', { latency: '300 parsecs' }, ['latency: found "300 parsecs", must be a duration from 1ms to 60s']],
  ['slow', { latency: 300 }, ['latency: found 300, must be a duration from 1ms to 60s']],
  ['slow', { latency: '0ms' }, ['latency: found "0ms", must be a duration from 1ms to 60s']],
  ['slow', { latency: '1h' }, ['latency: found "1h", must be a duration from 1ms to 60s']],
  ['slow', { latency: '10ms', jitter: '20ms' }, ['jitter: 20 ms is more than the latency of 10 ms']],
  ['slow', { latency: '10ms', jiter: '2ms' }, ['jiter: unknown, did you mean jitter?; there is latency, jitter, direction, share']],
  ['slow', { latency: '10ms', share: 0.3 }, []],
  ['slow', { latency: '10ms', share: 0.3, direction: 'both' }, ['share: each direction draws its own connections; say direction \'up\' or \'down\' with it']],
  ['throttle', { rate: '64KB/s' }, []],
  ['throttle', { rate: '1.5MB/s', direction: 'up' }, []],
  ['throttle', { rate: '1.5KB/s' }, ['rate: found "1.5KB/s", must be a rate from 1KB/s to 100MB/s in whole KB/s']],
  ['throttle', { rate: '64' }, ['rate: found "64", must be a rate from 1KB/s to 100MB/s in whole KB/s']],
  ['throttle', { rate: '200MB/s' }, ['rate: found "200MB/s", must be a rate from 1KB/s to 100MB/s in whole KB/s']],
  ['blackhole', {}, []],
  ['blackhole', { share: 0.3 }, ['share: each direction draws its own connections; say direction \'up\' or \'down\' with it']],
  ['blackhole', { share: 0.3, direction: 'up' }, []],
  ['blackhole', { share: 30, direction: 'up' }, ['share: found 30, must be a number from 0.05 to 0.95']],
  ['blackhole', { direction: 'sideways' }, ['direction: found "sideways", must be one of up, down, both']],
  ['reset', { direction: 'down' }, []],
  ['reset', { direction: 'down', share: 0.5 }, ['share: a reset is for all connections: Toxiproxy would close the spared ones with a RST too']],
  ['slowClose', { delay: '2s' }, []],
  ['slowClose', { delay: '5ms' }, ['delay: found "5ms", must be a duration from 50ms to 60s']],
  ['slice', { size: 64, delay: '10ms' }, []],
  ['slice', { size: 0, delay: '0ms' }, ['size: found 0, must be a whole number from 1 to 65536', 'delay: found "0ms", must be a duration from 1ms to 1s']],
  ['cutAfter', { bytes: 1_500 }, []],
  ['cutAfter', { bytes: 1.5 }, ['bytes: found 1.5, must be a whole number from 1 to 1000000']],
  ['flap', { period: '2s' }, []],
  ['flap', { period: '2s', downFor: '500ms' }, []],
  ['flap', { period: '2s', downFor: '1950ms' }, ['downFor: 1950 ms leaves the link up for 50 ms of a period, must leave 100 ms']],
  ['flap', { period: '50ms' }, ['period: found "50ms", must be a duration from 200ms to 10m']],
])('%s %o', (kind, parameters, problems) => {
  expect(faultKinds[kind].problems(parameters as Record<string, string>)).toEqual(problems)
})
