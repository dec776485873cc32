import type { Link } from './environment.ts'
import { goEnvironment } from './go-runtime.ts'
import type { ProcessLaunch } from './launch.ts'
import { toxiproxyAt } from './toxiproxy.ts'

/** Toxiproxy itself, with its API on loopback: a part of the harness, so its death makes a run invalid. */
export function toxiproxyLaunch({ binary, folder, port }: { binary: string; folder: string; port: number }): ProcessLaunch {
  return {
    name: 'toxiproxy',
    command: binary,
    args: ['-host', '127.0.0.1', '-port', String(port)],
    cwd: folder,
    // At its default level it writes a line for every connection that it accepts.
    env: { ...process.env, ...goEnvironment(), LOG_LEVEL: 'warn' },
    stopSignal: 'SIGTERM',
    probe: async timeoutMs => `toxiproxy ${await toxiproxyAt(`http://127.0.0.1:${port}`).version(timeoutMs)}`,
  }
}

/** Opens a proxy for each link, which listens where the link says unless it stands elsewhere than its callers. Its upstream need not be there yet: Toxiproxy connects to it when somebody connects to the link. */
export async function openLinks(api: string, links: ReadonlyMap<string, Link>, listenOn = (link: Link): string => link.listen): Promise<Map<string, Link>> {
  const opened = new Map<string, Link>()
  for (const link of links.values()) {
    const listen = listenOn(link)
    await toxiproxyAt(api).createProxy({ ...link, listen })
    opened.set(link.name, { ...link, proxy: { api, name: link.name, listen } })
  }
  return opened
}
