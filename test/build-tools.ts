// Before the tests against real servers: the servers that they need, built once where the machine has none, so that no test's own time pays for it.
import { findTool } from '../harness/environment/build-tool.ts'

/** One after another: the compiler of each uses every core. */
export async function setup(): Promise<void> {
  for (const name of ['nats-server', 'toxiproxy-server'] as const) await findTool(name, line => console.log(`${name}: ${line}`))
}
