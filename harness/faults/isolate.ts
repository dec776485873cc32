// Fault `isolate`: a node of a cluster is cut off from the other nodes. Clients still reach it, which is the harder case: it takes their requests and has no quorum.
import { componentOf, membersOf } from '../environment/members.ts'
import { findLinks } from '../environment/links.ts'
import { clusterOf, nodeProblems } from './cluster.ts'
import { cut } from './cut.ts'
import type { FaultKind, FaultSetting, Watch } from './fault.ts'
import { proxiedLink } from './proxied-link.ts'

const askLimitMs = 1_000

/** Done to each route of the node as a cut is; what it proves is the cluster's own word on its routes. */
export const isolate: FaultKind<{}, 'component'> = {
  ...cut,
  targets: 'component',
  summary: 'cut a node of a cluster off from its other nodes; clients still reach it',
  problems: parameters => Object.keys(parameters).map(name => `${name}: isolate takes no parameters`),
  problemsWith: nodeProblems,
  reach: routesOf,

  async watch(environment, target): Promise<Watch> {
    const { link } = proxiedLink(environment, target)
    const cluster = clusterOf(environment, link.from.replace(/-\d+$/, ''))
    const areJoined = async (): Promise<boolean> => (await cluster.routesOf(link.from, askLimitMs)).includes(link.to)
    if (!await areJoined()) throw new Error(`${link.from} has no route to ${link.to} before the fault`)
    return {
      before: `${link.from} has a route to ${link.to}`,
      look: async () => (await areJoined() ? undefined : { by: 'probe', evidence: `${link.from} says that it has no route to ${link.to}` }),
      close: () => {},
    }
  },
}

/** Names of the links between a node and the other nodes of its cluster. */
function routesOf({ system, target }: Pick<FaultSetting, 'system' | 'target'>): string[] {
  const nodes = membersOf(system, componentOf(system, target)!)
  return findLinks(system).links.filter(({ from, to }) => nodes.includes(from) && nodes.includes(to) && (from === target || to === target)).map(link => link.name)
}
