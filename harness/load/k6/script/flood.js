// What k6 runs: an iteration is one event of the plan and sends its first attempt, signed as the platform signs. The data beside it says what each event is.
// By itself: `k6 run -e BASE_URL=http://127.0.0.1:8080 -e SECRET=... script.js`. Under floodmark k6 waits at a gate for the flood's start and prints how each attempt ended.
import { sleep } from 'k6'
import { hmac } from 'k6/crypto'
import { SharedArray } from 'k6/data'
import exec from 'k6/execution'
import http from 'k6/http'
import { Counter } from 'k6/metrics'

const flood = JSON.parse(open('./flood.json'))
const events = new SharedArray('events', () => open('./events.txt').split('\n'))
const shops = new SharedArray('shops', () => JSON.parse(open('./shops.json')))
/**
 * Bodies, each a text with holes between separators: `id`, `number`, `time`, or an amount in cents. Every VU keeps those it has met, but for the large ones: they are rare.
 * @type {string[]}
 */
const templates = new SharedArray('templates', () => JSON.parse(open('./templates.json')))
const keptBelow = 10_000

/** k6 counts what is asked at the gate among its requests; this takes it out again. */
const gateRequests = new Counter('gate_requests')
/** The gate of k6's own API answers at once, whether or not the start is known. */
const askGateEverySeconds = 0.02

const { BASE_URL: baseUrl, SECRET: secret, FLOODMARK_GATE: gate } = __ENV
const url = String(baseUrl).replace(/\/$/, '') + flood.path

export const options = flood.options

/** Under floodmark: waits until the flood may begin. Returns its start on the clock of this test run, and on the calendar. */
export function setup() {
  if (!baseUrl || !secret) exec.test.abort('BASE_URL and SECRET must be set: where the intake listens, such as http://127.0.0.1:8080, and the secret that it verifies signatures with')
  if (!gate) return undefined
  const { startWallMs, createdFromMs } = waitAtGate()
  return { startMs: startWallMs + clockBehindCalendarMs(), createdFromMs }
}

function waitAtGate() {
  for (;;) {
    const answer = http.get(gate, { responseType: 'text', timeout: '1h' })
    gateRequests.add(1)
    const start = JSON.parse(answer.body).data.attributes.data
    if (start) return start
    sleep(askGateEverySeconds)
  }
}

/** The calendar is told in whole ms: where it ticks, both clocks can be read to some microseconds. A reading that was disturbed is too late, so the earliest counts. */
function clockBehindCalendarMs() {
  let behindMs = Infinity
  for (let reading = 0; reading < 5; reading++) {
    const before = Date.now()
    let wallMs = before
    while (wallMs === before) wallMs = Date.now()
    behindMs = Math.min(behindMs, exec.instance.currentTestRunDuration - wallMs)
  }
  return behindMs
}

let scenario
let instance

/** @param {{ startMs: number, createdFromMs: number } | undefined} start */
export default function sendEvent(start) {
  scenario ??= exec.scenario
  instance ??= exec.instance
  const index = scenario.iterationInTest
  if (index >= events.length) return
  const [template, moreCents, dueMs, orderId, number, webhookId, eventId, shop] = events[index].split(' ')
  const triggeredAt = new Date((start ? start.createdFromMs : scenario.startTime) + Number(dueMs)).toISOString()
  const body = fill(piecesOf(Number(template)), { id: orderId, number, time: triggeredAt, moreCents: Number(moreCents) })
  const headers = {
    ...flood.headers,
    'X-Shopify-Topic': flood.topics[index % flood.topics.length],
    'X-Shopify-Shop-Domain': shops[Number(shop)],
    'X-Shopify-Hmac-Sha256': hmac('sha256', secret, body, 'base64'),
    'X-Shopify-Webhook-Id': webhookId + flood.webhookIdTail,
    'X-Shopify-Event-Id': eventId + flood.eventIdTail,
    'X-Shopify-Triggered-At': triggeredAt,
  }
  const request = { headers, timeout: flood.timeoutMs }
  if (!start) return void http.post(url, body, request)

  // k6 is let go early, and starts as soon as it can: each event waits for its own instant.
  const earlyMs = start.startMs + Number(dueMs) - instance.currentTestRunDuration
  if (earlyMs > 0) sleep(earlyMs / 1000)
  const sentMs = instance.currentTestRunDuration - start.startMs
  const { status, error_code: code, error } = http.post(url, body, request)
  console.log(`@${index} ${sentMs} ${instance.currentTestRunDuration - start.startMs} ${status} ${code} ${status === 0 ? error : ''}`)
}

/** @type {string[][]} */
const kept = []

function piecesOf(template) {
  if (kept[template]) return kept[template]
  const text = templates[template]
  const pieces = text.split(flood.separator)
  if (text.length < keptBelow) kept[template] = pieces
  return pieces
}

/** Text and holes by turns. */
function fill(pieces, values) {
  const filled = pieces.slice()
  for (let hole = 1; hole < filled.length; hole += 2) {
    const kind = filled[hole]
    filled[hole] = values[kind] ?? amount(Number(kind) + values.moreCents)
  }
  return filled.join('')
}

function amount(cents) {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}
