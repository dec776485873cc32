// Toxiproxy's HTTP API, as far as links and faults need it. Every call has a deadline, since the API can hang under load (toxiproxy #558).

const callLimitMs = 2_000

export interface Toxic {
  name: string
  type: 'latency' | 'bandwidth' | 'slow_close' | 'timeout' | 'reset_peer' | 'slicer' | 'limit_data'
  stream: 'upstream' | 'downstream'
  toxicity?: number
  attributes: Record<string, number>
}

export interface Proxy {
  name: string
  listen: string
  upstream: string
  enabled: boolean
  toxics: Toxic[]
}

/** Each call throws with method, path and cause where it fails or takes longer than `limitMs`. */
export interface Toxiproxy {
  version(limitMs?: number): Promise<string>
  createProxy(proxy: Pick<Proxy, 'name' | 'listen' | 'upstream'>, limitMs?: number): Promise<Proxy>
  proxy(name: string, limitMs?: number): Promise<Proxy>
  /** Closes its connections and its port. Resolves when it is gone, whether by this call or an earlier one. */
  deleteProxy(name: string, limitMs?: number): Promise<void>
  /** A disabled proxy closes its connections and listens no more: a refused connection, as if the path were gone. */
  setEnabled(name: string, enabled: boolean, limitMs?: number): Promise<Proxy>
  addToxic(proxy: string, toxic: Toxic, limitMs?: number): Promise<Toxic>
  /** Resolves when it is gone, whether this call took it away or an earlier one did. */
  removeToxic(proxy: string, toxic: string, limitMs?: number): Promise<void>
}

/** A client for the API at `api`, such as `http://127.0.0.1:8474`. */
export function toxiproxyAt(api: string): Toxiproxy {
  async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, limitMs = callLimitMs): Promise<any> {
    try {
      const response = await fetch(`${api}${path}`, {
        method,
        // Browsers are turned away by their user agent, and any agent that starts with Mozilla/ with them.
        headers: { 'user-agent': 'floodmark', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(limitMs),
      })
      const text = await response.text()
      if (method === 'DELETE' && response.status === 404) return undefined
      if (!response.ok) throw new Error(`status ${response.status}: ${text.trim().slice(0, 200)}`)
      return text ? JSON.parse(text) : undefined
    } catch (error) {
      throw new Error(`toxiproxy: ${method} ${path}`, { cause: error })
    }
  }
  const pathOf = (proxy: string): string => `/proxies/${encodeURIComponent(proxy)}`

  return {
    version: async limitMs => (await call('GET', '/version', undefined, limitMs)).version,
    createProxy: ({ name, listen, upstream }, limitMs) => call('POST', '/proxies', { name, listen, upstream, enabled: true }, limitMs),
    proxy: (name, limitMs) => call('GET', pathOf(name), undefined, limitMs),
    deleteProxy: (name, limitMs) => call('DELETE', pathOf(name), undefined, limitMs),
    setEnabled: (name, enabled, limitMs) => call('POST', pathOf(name), { enabled }, limitMs),
    addToxic: (proxy, toxic, limitMs) => call('POST', `${pathOf(proxy)}/toxics`, toxic, limitMs),
    removeToxic: (proxy, toxic, limitMs) => call('DELETE', `${pathOf(proxy)}/toxics/${encodeURIComponent(toxic)}`, undefined, limitMs),
  }
}
