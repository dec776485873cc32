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
}

const ways: Readonly<Record<string, string>> = { up: ' upstream', down: ' downstream' }

/** `cut`, `slowed by 300ms on 30 % of the connections`; a kind without words of its own is named. */
export function doneTo({ kind, parameters }: Fault): string {
  const known = words[kind]
  if (known === undefined) return `under "${kind}"`
  const { direction, share } = parameters
  const part = share === undefined ? '' : ` on ${Math.round(Number(share) * 100)} % of the connections`
  return `${typeof known === 'function' ? known(parameters) : known}${ways[direction] ?? ''}${part}`
}
