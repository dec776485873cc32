import { expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import { startServersProcess } from '../../harness/destination/servers-program.ts'
import { destinationCases, startTestServers } from '../fixtures/destination-cases.ts'

destinationCases(() => startServersProcess)

test('a death that nobody asked for is told; what was used until then stands', async () => {
  let pid = 0
  const { servers, deaths, stop } = await startTestServers(startServersProcess, { journal: step => (pid = (step as { pid: number }).pid) })
  await servers.flush()
  process.kill(pid, 'SIGKILL')
  await until('the death is heard of', 5_000, () => deaths[0])
  expect(deaths).toEqual([{ how: 'exited with SIGKILL', lastLines: [] }])
  await expect(servers.flush()).rejects.toThrow('SIGKILL')
  expect((await servers.usage()).cpuMicroseconds).toBeGreaterThan(0)
  await stop()
  expect(deaths).toHaveLength(1)
})
