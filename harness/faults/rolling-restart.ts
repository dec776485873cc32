// Fault `rollingRestart`: the nodes of a cluster, or the replicas of a program, are restarted one after another, each only when the one before it is back in sync.
import { until } from '../clock.ts'
import type { Environment } from '../environment/environment.ts'
import { membersOf } from '../environment/members.ts'
import type { FaultKind, FaultSetting, Watch } from './fault.ts'
import { isDead, lifeOf, managedComponent, seenAgain, startAgain, startAnew } from './managed-component.ts'

const graceMs = 10_000
const syncLimitMs = 30_000
const askLimitMs = 1_000
const syncPollMs = 100

/** A restart under way: it goes on beside the fault's window until all are done or the window ends. */
interface Rolling {
  stop: AbortController
  /** How each one that was asked to end did, in order. */
  ended: string[]
  /** How many are back in sync. */
  back: number
  over: Promise<void>
}

const underWay = new WeakMap<Environment, Map<string, Rolling>>()

export const rollingRestart: FaultKind<{}, 'component'> = {
  targets: 'component',
  isWhole: true,
  summary: 'restart the nodes of a cluster or the replicas of a program one after another, each when the one before it is back in sync; the window must have room for all',
  installLimitMs: graceMs + 5_000,
  healLimitMs: syncLimitMs + 15_000,
  // A node takes a second or two to come back and catch up.
  leastMs: () => 6_000,
  // Which node is away changes from moment to moment.
  silences: () => true,
  problems: parameters => Object.keys(parameters).map(name => `${name}: rollingRestart takes no parameters`),
  problemsWith: severalProblems,
  // A dead process is nothing that has to be undone when the harness is gone too.
  undo: () => [],

  async install(environment, target) {
    const rolling: Rolling = { stop: new AbortController(), ended: [], back: 0, over: Promise.resolve() }
    let begun = (): void => {}
    const first = new Promise<void>(resolve => { begun = resolve })
    rolling.over = roll(environment, target, rolling, begun)
    rolling.over.catch(() => {})
    underWay.set(environment, (underWay.get(environment) ?? new Map<string, Rolling>()).set(target, rolling))
    await Promise.race([first, rolling.over])
    return rolling.ended[0]
  },

  async probeInstalled(environment, target) {
    const { ended } = rollingOf(environment, target)
    return ended.length > 0 ? `${ended.length} of ${membersIn(environment, target).length} taken down so far` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const members = membersIn(environment, target)
    const lives = members.map(member => lifeOf(managedComponent(environment, member)))
    return {
      before: `${members.join(', ')} run as ${lives.map(life => life.label).join(', ')}`,
      async look() {
        const { ended, back } = rollingOf(environment, target)
        if (back < members.length) throw new Error(`${back} of ${members.length} were restarted and back in sync; the window is too short for all of them`)
        return { by: 'exit', evidence: ended.join('; ') }
      },
      close: () => {},
    }
  },

  async heal(environment, target) {
    const { stop, over } = rollingOf(environment, target)
    stop.abort()
    await over.catch(() => {})
    for (const member of membersIn(environment, target)) await startAgain(environment, member)
    for (const member of membersIn(environment, target)) await untilInSync(environment, target, member)
  },

  async forceHeal(environment, target) {
    for (const member of membersIn(environment, target)) if (isDead(managedComponent(environment, member))) await startAnew(environment, member)
  },

  async probeHealed(environment, target) {
    const seen = await Promise.all(membersIn(environment, target).map(member => seenAgain(environment, member)))
    return seen.includes(undefined) ? undefined : `all run and are in sync: ${seen.join(', ')}`
  },
}

async function roll(environment: Environment, target: string, rolling: Rolling, begun: () => void): Promise<void> {
  for (const member of membersIn(environment, target)) {
    if (rolling.stop.signal.aborted) return
    const component = managedComponent(environment, member)
    rolling.ended.push(`${member} ${await component.shutDown(graceMs)}`)
    begun()
    await component.restart()
    await untilInSync(environment, target, member, rolling.stop.signal)
    rolling.back += 1
  }
}

/** A node says itself when it has caught up; a replica has nothing to catch up with and is back when it answers. */
async function untilInSync(environment: Environment, target: string, member: string, signal?: AbortSignal): Promise<void> {
  const cluster = environment.clusters.get(target)
  const ask = (): Promise<string> => cluster?.inSync(member, askLimitMs) ?? managedComponent(environment, member).probe(askLimitMs)
  await until(`${member} back in sync`, syncLimitMs, ask, { everyMs: syncPollMs, signal })
}

function rollingOf(environment: Environment, target: string): Rolling {
  const rolling = underWay.get(environment)?.get(target)
  if (!rolling) throw new Error(`no restart of ${target} is under way`)
  return rolling
}

/** Names of the processes of a component that has several. */
function membersIn({ components }: Environment, target: string): string[] {
  return [...components.keys()].filter(name => name.startsWith(`${target}-`) && /^\d+$/.test(name.slice(target.length + 1)))
}

function severalProblems({ system, target }: Pick<FaultSetting, 'system' | 'target'>): string[] {
  return membersOf(system, target).length > 1 ? [] : [`needs several processes, and ${target} is one; nats({ nodes: 3 }) or replicas: 3 would make it several`]
}
