import { expect, test } from 'vitest'
import { sleep } from '../../harness/clock.ts'
import type { ContainerControl } from '../../harness/environment/container-control.ts'
import type { StartedComponent } from '../../harness/environment/environment.ts'
import { deathsOf, endSupervision, supervise } from '../../harness/faults/supervise.ts'

/** A component that is alive until it is told otherwise, and what the harness would say of its deaths. */
function madeComponent() {
  let alive = true
  let expected = false
  const found: string[] = []
  const component = {
    life: { runs: () => alive },
    expectDeaths: (now: boolean) => { expected = now },
    restart: async () => { alive = true },
  } as unknown as StartedComponent
  const die = (): void => {
    alive = false
    if (!expected) found.push('ended unasked')
  }
  return { component, die, found, container: { lastEnd: async () => ({ exitCode: 137, outOfMemory: true }) } as unknown as ContainerControl }
}

test('what dies is started again, and a death that is heard of only after its cause has gone is no finding', async () => {
  const { component, container, die, found } = madeComponent()
  supervise(component, container)
  die()
  await sleep(500)
  expect([component.life!.runs(), deathsOf(component).length]).toEqual([true, 1])
  const ended = endSupervision(component)
  await sleep(200)
  die()
  await ended
  expect([component.life!.runs(), deathsOf(component).length, found]).toEqual([true, 2, []])
  die()
  expect(found).toEqual(['ended unasked'])
})

test('to end what nobody cares for is harmless', async () => {
  const { component, found, die } = madeComponent()
  await endSupervision(component)
  die()
  expect(found).toEqual(['ended unasked'])
})
