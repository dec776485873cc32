// Fault `killLeader`: the node that leads when its moment comes dies by kill -9. Which one that is, only the cluster knows.
import { clusterOf, clusterProblems } from './cluster.ts'
import type { FaultKind, Watch } from './fault.ts'
import { isDead, lifeOf, managedComponent, seenAgain, startAgain, startAnew } from './managed-component.ts'

const askLimitMs = 500
const findLimitMs = 1_500

export const killLeader: FaultKind<{}, 'component'> = {
  targets: 'component',
  isWhole: true,
  summary: 'kill -9 the node of a cluster that leads its busiest stream; it stays away for the window and is then started again',
  healLimitMs: 30_000,
  // A node stands for election four to nine seconds after it last heard of the leader (nats-server, raft.go).
  leastMs: () => 10_000,
  // Which node is away is not known before.
  silences: () => true,
  problems: parameters => Object.keys(parameters).map(name => `${name}: killLeader takes no parameters`),
  problemsWith: clusterProblems,
  // A dead process is nothing that has to be undone when the harness is gone too.
  undo: () => [],

  async install(environment, target) {
    const { node, of } = await clusterOf(environment, target).leader(findLimitMs)
    return `${node} led ${of}: ${await managedComponent(environment, node).kill()}`
  },

  async probeInstalled(environment, target) {
    const dead = clusterOf(environment, target).nodes.filter(node => isDead(managedComponent(environment, node)))
    return dead.length > 0 ? `no process of ${dead.join(', ')} runs` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const cluster = clusterOf(environment, target)
    const before = await cluster.leader(findLimitMs)
    const lives = cluster.nodes.map(node => ({ node, life: lifeOf(managedComponent(environment, node)) }))
    return {
      before: `${before.node} leads ${before.of}`,
      // Not that it is dead, which was seen before, but what that does to the cluster: another leads what it led.
      async look(install) {
        const dead = lives.filter(({ life }) => !life.runs()).map(({ node }) => node)
        const now = await cluster.leader(askLimitMs)
        if (dead.length === 0 || now.of !== before.of || dead.includes(now.node)) return undefined
        return { by: 'probe', evidence: `${install}; now ${now.node} leads ${now.of}` }
      },
      close: () => {},
    }
  },

  heal: (environment, target) => onNodes(clusterOf(environment, target).nodes, node => startAgain(environment, node)),
  forceHeal: (environment, target) => onNodes(clusterOf(environment, target).nodes.filter(node => isDead(managedComponent(environment, node))), node => startAnew(environment, node)),

  async probeHealed(environment, target) {
    const seen = await Promise.all(clusterOf(environment, target).nodes.map(node => seenAgain(environment, node)))
    return seen.includes(undefined) ? undefined : seen.join(', ')
  },
}

async function onNodes(nodes: readonly string[], work: (node: string) => Promise<void>): Promise<void> {
  await Promise.all(nodes.map(work))
}
