// Fault `fillDisk`: the disk under a component fills up. Something else takes all that is free, and whatever becomes free, as a neighbour's logs would.
import { until } from '../clock.ts'
import type { LimitedDisk } from '../environment/container-control.ts'
import type { Environment, StartedComponent } from '../environment/environment.ts'
import { findLinks } from '../environment/links.ts'
import { componentOf, membersOf } from '../environment/members.ts'
import { object, problemsOf } from '../scenario/rules.ts'
import type { System } from '../scenario/system.ts'
import { containedComponent } from './contained-component.ts'
import type { FaultKind, FaultParameters, FaultSetting, Watch } from './fault.ts'
import { watchLog } from './log-watch.ts'
import { isDead } from './managed-component.ts'
import { bytesOf, sizeBetween, type Size } from './size.ts'
import { endSupervision, supervise } from './supervise.ts'

export interface FillDiskParameters extends Partial<FaultParameters> {
  /** Size of the disk that the component has from the beginning of the run, in memory: 256MB where it is left out. */
  size?: Size
}

const defaultSize = '256MB'
const rules = object({ size: sizeBetween('16MB', '64GB').optional() })
/** How ENOSPC reads in a server's own log. */
const ownWords = /no space left on device/i
/** How long it has to work again by itself. */
const aliveLimitMs = 2_000
const askLimitMs = 1_000
const stopLimitMs = 5_000

/** Those that did not work again by themselves. */
const revived = new WeakSet<StartedComponent>()

export const fillDisk: FaultKind<FillDiskParameters, 'component'> = {
  targets: 'component',
  needsContainers: true,
  summary: 'fill the disk that a component has its data on, or the disks of the servers that a program writes to; what dies of it is started again, and so is what does not work again by itself once there is room',
  diskBytes: ({ size = defaultSize }) => bytesOf(size)!,
  installLimitMs: 15_000,
  healLimitMs: 30_000,
  leastMs: () => 3_000,
  silences: () => true,
  problems: parameters => problemsOf('', rules, parameters),
  problemsWith: setting => (disksUnder(setting).length > 0 ? [] : [`found ${setting.target}, which has nothing on a disk that is known; must be a nats() that keeps its streams on file, a postgres(), or a program that connects to one`]),
  reach: disksUnder,
  // The disk goes with the container, which the watchdog removes.
  undo: () => [],

  async install(environment, target) {
    const { component, container } = containedComponent(environment, target)
    supervise(component, container)
    const { filledBytes } = await diskOf(environment, target).fill()
    return `${filledBytes} bytes taken of ${diskOf(environment, target).sizeBytes}`
  },

  async probeInstalled(environment, target) {
    const { isFilling, refusal } = await diskOf(environment, target).state()
    return isFilling && refusal !== undefined ? `a file of the harness's own beside its data: ${refusal}` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const { component } = containedComponent(environment, target)
    const { refusal } = await diskOf(environment, target).state()
    if (refusal !== undefined) throw new Error(`the disk of ${target} takes nothing before the fault: ${refusal}`)
    const log = await watchLog(component.logFile)
    return {
      before: 'its disk takes a file',
      // That the disk is full was seen before; here it is that the component's own writes meet that.
      async look() {
        const line = await log.find(ownWords)
        if (line !== undefined) return { by: 'traffic', evidence: `${target} says: ${line}` }
        return isDead(component) ? { by: 'exit', evidence: `${target} ended on a full disk` } : undefined
      },
      close: () => {},
    }
  },

  async heal(environment, target) {
    await diskOf(environment, target).release()
    await endSupervision(containedComponent(environment, target).component)
    await revive(environment, target)
  },

  async forceHeal(environment, target) {
    const { component } = containedComponent(environment, target)
    await diskOf(environment, target).release()
    await component.kill()
    await endSupervision(component)
  },

  async probeHealed(environment, target) {
    const { isFilling, refusal } = await diskOf(environment, target).state()
    const { component } = containedComponent(environment, target)
    if (isFilling || refusal !== undefined || isDead(component)) return undefined
    return `its disk takes a file; ${revived.has(component) ? 'started again, since it did not work again by itself' : 'works again'}: ${await component.probe(askLimitMs)}`
  },
}

function diskOf(environment: Environment, target: string): LimitedDisk {
  const { disk } = containedComponent(environment, target).container
  if (!disk) throw new Error(`${target} was started without a disk of limited size`)
  return disk
}

/** A stream of JetStream's that met a full disk stores nothing any more until its server is started again: whoever looks after the server does that. */
async function revive(environment: Environment, target: string): Promise<void> {
  const { component, container } = containedComponent(environment, target)
  try {
    await until(`${target} at work again`, aliveLimitMs, async () => {
      await component.probe(askLimitMs)
      return await container.health?.(askLimitMs) ?? 'it answers'
    })
  } catch {
    revived.add(component)
    await component.shutDown(stopLimitMs)
    await component.restart()
  }
}

/** Names of the processes whose disks a target's data is on: its own, or for a program those of the servers that it connects to. */
function disksUnder({ system, target }: Pick<FaultSetting, 'system' | 'target'>): string[] {
  const owner = componentOf(system, target)!
  if (hasDisk(system, owner)) return [...membersOf(system, target)]
  const callers = membersOf(system, target)
  const servers = findLinks(system).links.filter(({ from, to }) => callers.includes(from) && hasDisk(system, componentOf(system, to))).map(({ to }) => to)
  return [...new Set(servers)]
}

function hasDisk({ components }: Pick<System, 'components'>, name: string | undefined): boolean {
  const component = name === undefined ? undefined : components[name]
  return component?.kind === 'postgres' || (component?.kind === 'nats' && component.storage === 'file')
}
