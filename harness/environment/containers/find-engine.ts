// The engine that a run in containers stands on, with Testcontainers' client for it.
import { getContainerRuntimeClient, type ContainerRuntimeClient } from 'testcontainers'
import { causeOf, FloodmarkError } from '../../errors.ts'
import { within } from '../../faults/deadline.ts'
import { lookUpEngine, type EngineFacts } from './look-up-engine.ts'

/** It asks the engine a few questions. */
const clientLimitMs = 20_000

/** The engine to run on, with Testcontainers' client for it. Throws `unavailable` with every place that was tried and its cure. */
export async function findEngine(): Promise<{ engine: EngineFacts; client: ContainerRuntimeClient }> {
  const { engine, rejected } = await lookUpEngine()
  const evidence = rejected.map(({ uri, from, cause }) => `${uri}${from === undefined ? '' : ` (${from})`}: ${cause}`)
  const hint = `${rejected.map(({ cure }) => cure).join('\n')}\n  \`floodmark doctor\` says whether that was it; without --env containers no engine is needed`
  if (engine === undefined) throw new FloodmarkError('unavailable', 'no Docker engine that answers', { evidence, hint })
  try {
    return { engine, client: await within(`Testcontainers' look at the engine at ${engine.uri}`, clientLimitMs, getContainerRuntimeClient()) }
  } catch (error) {
    throw new FloodmarkError('unavailable', `the engine at ${engine.uri} answers, and Testcontainers cannot work with it: ${causeOf(error)}`, { evidence, hint: 'DEBUG=testcontainers* on the same command shows what it tried', cause: error })
  }
}
