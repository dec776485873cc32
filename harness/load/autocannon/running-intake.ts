// An intake that somebody else runs, before it is saturated: whether it may be, and whether it takes a webhook at all.
import http from 'node:http'
import https from 'node:https'
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { Webhook } from './webhook-stream.ts'

/** The variable that its secret is taken from: on a command line it would stand in every process list. */
export const secretVariable = 'FLOODMARK_SECRET'
const firstAnswerLimitMs = 5_000

/** Throws `usage` for what is no URL, and for a host that nobody has allowed: a saturation must not leave this machine by mistake. */
export function refuseHost(url: string, allowedHosts: readonly string[]): void {
  if (!URL.canParse(url)) throw new FloodmarkError('usage', `${url} is no URL`, { hint: 'give the whole address of the intake, such as http://127.0.0.1:8080/webhooks' })
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host) || allowedHosts.includes(host)) return
  throw new FloodmarkError('usage', `${url} is not on loopback`, { hint: `to saturate it all the same: --allow-host ${host}` })
}

/** One webhook before the flood of them: nobody there is `unavailable`, and who does not take a webhook is not to be saturated with more. */
export async function refuseSilence(url: string, webhook: Webhook, signal: AbortSignal): Promise<void> {
  const status = await post(url, webhook, signal).catch((error: unknown) => {
    throw new FloodmarkError('unavailable', `${url} does not answer`, { hint: 'start the intake, or name a scenario and floodmark starts its system', evidence: [causeOf(error)], cause: error })
  })
  if (status >= 200 && status < 300) return
  const hint = status === 401 || status === 403 ? `set ${secretVariable} to the secret that the intake verifies signatures with` : 'name the path that takes webhooks, such as http://127.0.0.1:8080/webhooks'
  throw new FloodmarkError('invalid', `${url} answered ${status} to a signed webhook`, { hint })
}

/** The status that one webhook is answered with. Not fetch, which refuses a list of ports. */
function post(url: string, { headers, body }: Webhook, signal: AbortSignal): Promise<number> {
  const request = url.startsWith('https:') ? https.request : http.request
  return new Promise((resolve, reject) => {
    const limits = AbortSignal.any([signal, AbortSignal.timeout(firstAnswerLimitMs)])
    request(url, { method: 'POST', headers, signal: limits, agent: false }, response => resolve(response.resume().statusCode!)).on('error', reject).end(body)
  })
}
