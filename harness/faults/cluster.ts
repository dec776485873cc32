// What the faults on clusters share: the cluster behind a component's name, and why there may be none.
import type { Cluster, Environment } from '../environment/environment.ts'
import { clustersOf, componentOf, membersOf } from '../environment/members.ts'
import type { FaultSetting } from './fault.ts'

/** The cluster of a component's name. Throws where it is none; validation has told that before. */
export function clusterOf(environment: Environment, target: string): Cluster {
  const cluster = environment.clusters.get(target)
  if (!cluster) throw new Error(`${target} is no cluster`)
  return cluster
}

/** Why a fault cannot be done to what is no cluster as a whole, and what would allow it. */
export function clusterProblems({ system, target }: Pick<FaultSetting, 'system' | 'target'>): string[] {
  if (clustersOf(system).includes(target)) return []
  const owner = componentOf(system, target)
  if (owner !== undefined && clustersOf(system).includes(owner)) return [`${target} is one node, and this is done to the cluster; say ${owner}`]
  return [`needs a cluster, and ${target} is none; ${allowing(target, system)}`]
}

/** Why a fault cannot be done to what is no node of a cluster, and what would allow it. */
export function nodeProblems({ system, target }: Pick<FaultSetting, 'system' | 'target'>): string[] {
  if (clustersOf(system).includes(target)) return [`${target} is a cluster, and this is done to one node; say one of ${membersOf(system, target).join(', ')}`]
  const owner = componentOf(system, target)
  if (owner !== undefined && owner !== target && clustersOf(system).includes(owner)) return []
  return [`needs a node of a cluster, and ${target} is none; ${allowing(target, system)}`]
}

function allowing(target: string, { components }: FaultSetting['system']): string {
  const queue = components[target]?.kind === 'nats' ? target : 'a queue'
  return `${queue} written as nats({ nodes: 3 }) would be one`
}
