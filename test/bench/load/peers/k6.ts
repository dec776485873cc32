// k6 by a script of its own, set for its highest rate: one constant body, no checks, bodies of answers discarded, all VUs there from the start.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { findTool } from '../../../../harness/environment/build-tool.ts'
import type { Invocation, Pace, Peer, Target } from './peer.ts'

interface Summary {
  metrics: Record<string, { 'p(50)': number; 'p(90)': number; 'p(99)': number; count: number; passes: number } | undefined>
}

export async function openK6(progress: (line: string) => void): Promise<Peer> {
  const { path, version } = await findTool('k6', progress)
  return {
    name: 'k6',
    version,
    flatOut: (target, vus) => start(path, target, { executor: 'constant-vus', vus, duration: '10m' }),
    paced: (target, pace, vus) => start(path, target, arrivals(pace, vus)),
    async reading({ folder }) {
      const { metrics } = JSON.parse(readFileSync(join(folder, 'k6.json'), 'utf8')) as Summary
      const latency = metrics.http_req_duration!
      return { p50: latency['p(50)'], p90: latency['p(90)'], p99: latency['p(99)'], missing: (metrics.dropped_iterations?.count ?? 0) + (metrics.http_req_failed?.passes ?? 0) }
    },
  }
}

function arrivals({ from, to, forMs }: Pace, vus: number): object {
  const pool = { preAllocatedVUs: vus, maxVUs: vus, timeUnit: '1s' }
  return from === to
    ? { executor: 'constant-arrival-rate', rate: from, duration: `${forMs}ms`, ...pool }
    : { executor: 'ramping-arrival-rate', startRate: from, stages: [{ target: to, duration: `${forMs}ms` }], ...pool }
}

function start(path: string, { url, bodyFile, headers, folder }: Target, scenario: object): Invocation {
  const script = join(folder, 'k6.js')
  const options = { discardResponseBodies: true, scenarios: { flood: { gracefulStop: '5s', ...scenario } } }
  writeFileSync(script, [
    "import http from 'k6/http'",
    `const body = open(${JSON.stringify(bodyFile)})`,
    `const parameters = ${JSON.stringify({ headers, tags: { name: 'webhook' } })}`,
    `export const options = ${JSON.stringify(options)}`,
    `export default function () { http.post(${JSON.stringify(url)}, body, parameters) }`,
  ].join('\n'))
  const quiet = ['--quiet', '--no-color', '--no-thresholds', '--no-usage-report', '--summary-trend-stats=p(50),p(90),p(99)']
  return { command: path, args: ['run', ...quiet, `--summary-export=${join(folder, 'k6.json')}`, script], env: { K6_AUTO_EXTENSION_RESOLUTION: 'false' } }
}
