// autocannon in a process of its own. Flat out there is nothing to correct; at a rate its correction is on, as it is for anyone who does not switch it off.
import { readFileSync } from 'node:fs'

import autocannon from 'autocannon'

export interface AutocannonLoad {
  url: string
  bodyFile: string
  headers: Readonly<Record<string, string>>
  connections: number
  seconds: number
  /** Requests a second over all connections; none is flat out. */
  rate?: number
}

export interface AutocannonReading {
  p50: number
  p90: number
  p99: number
  missing: number
}

const { url, bodyFile, headers, connections, seconds, rate } = JSON.parse(process.argv[2]) as AutocannonLoad
const pace = rate === undefined ? {} : { overallRate: rate }
const { latency, errors, non2xx } = await autocannon({ url, connections, duration: seconds, method: 'POST', headers, body: readFileSync(bodyFile), ...pace })
const reading: AutocannonReading = { p50: latency.p50, p90: latency.p90, p99: latency.p99, missing: errors + non2xx }
console.log(JSON.stringify(reading))
process.exit(0)
