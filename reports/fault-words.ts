/** What each kind of fault did to its target, as it is said in a sentence: `With worker->store slowed by 300ms for 20 s`. */

interface Fault {
  kind: string
  parameters: Readonly<Record<string, number | string>>
}

/** By kind; a function where its parameters belong into the sentence. */
const words: Readonly<Record<string, string | ((parameters: Fault['parameters']) => string)>> = {
  kill: 'killed',
  pause: 'paused',
  cut: 'cut',
  slow: ({ latency, jitter }) => `slowed by ${latency}${jitter === undefined ? '' : ` ± ${jitter}`}`,
  throttle: ({ rate }) => `throttled to ${rate}`,
  blackhole: 'black-holed',
  reset: 'reset',
  slowClose: ({ delay }) => `closing ${delay} late`,
  slice: ({ size, delay }) => `sliced into ${size} bytes every ${delay}`,
  cutAfter: ({ bytes }) => `cut after every ${bytes} bytes`,
  flap: ({ period }) => `flapping every ${period}`,
  fail: ({ status = 503 }) => `answering ${status}`,
  rateLimit: ({ perSecond = 0 }) => (perSecond === 0 ? 'answering 429' : `limited to ${perSecond} requests a second`),
  slowDown: ({ p50, p99 }) => `answering in ${p50}${p99 === undefined ? '' : ` (p99 ${p99})`}`,
  acceptHalf: 'accepting half of each batch',
  refuse: 'refusing connections',
  garble: ({ answer = 'page', orders = 'dropped' }) => `garbled (${answer}, orders ${orders})`,
  duplicate: 'sending twice',
  disorder: ({ within }) => `holding webhooks back by up to ${within}`,
  silence: 'silent',
  unsubscribe: 'unsubscribed by mistake',
  dropRetries: 'dropping retries',
  rotateSecret: 'signing with the next secret',
  throttleAdmin: 'throttling its Admin API',
  adminDown: 'without its Admin API',
}

/** What a kind's share is of, where that is not connections. */
const shared: Readonly<Record<string, string>> = { fail: 'requests', duplicate: 'webhooks', unsubscribe: 'shops', dropRetries: 'failed attempts' }
const ways: Readonly<Record<string, string>> = { up: ' upstream', down: ' downstream' }

/** `cut`, `slowed by 300ms on 30 % of the connections`; a kind without words of its own is named. */
export function doneTo({ kind, parameters }: Fault): string {
  const known = words[kind]
  if (known === undefined) return `under "${kind}"`
  const { direction, share } = parameters
  const part = share === undefined ? '' : ` on ${Math.round(Number(share) * 100)} % of the ${shared[kind] ?? 'connections'}`
  return `${typeof known === 'function' ? known(parameters) : known}${ways[direction] ?? ''}${part}`
}
