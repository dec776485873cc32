// What k6 needs to send a flood without floodmark: the script, its options, and a line for each event from which the script makes the signed webhook.
import { copyFile, mkdir, open, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

import { ticksPerMs } from '../../history/history.ts'
import { orderOf, type Plan } from '../../plan/plan.ts'
import type { Shape } from '../../plan/shape.ts'
import type { Corpus } from '../../platform/corpus.ts'
import { piecesOf } from '../../platform/order-template.ts'
import type { RetryPolicy } from '../../platform/retry-policy.ts'
import { commonHeaders } from '../../platform/webhook.ts'
import { stagesOf } from './stages.ts'

export const scriptFile = 'script.js'
const sourceFile = fileURLToPath(new URL('./script/flood.js', import.meta.url))
const eventsAtOnce = 10_000
/** All webhook ids of a seed end alike, and so do all event ids: the first eight digits tell them apart. */
const idDigits = 8
/** Between the pieces of a body: no JSON text holds it unescaped. */
const separator = '\u0001'

export interface FloodFiles {
  plan: Plan
  shape: Shape
  corpus: Corpus
  /** Path and query of the intake. */
  path: string
  retries: Pick<RetryPolicy, 'totalTimeoutMs'>
  /** Virtual users, all of them made before the flood: each holds one socket. */
  users: number
}

/**
 * Writes them into a folder: about 60 bytes an event. Bodies are made in k6 from the same templates and holes as everywhere else, and signed there: that is
 * a quarter of what a request costs k6, the signature alone a twentieth. Signed before, they would take 2.5 KB an event on the disk and in k6's memory, be as old as the file, and lie
 * there with the secret's signatures.
 */
export async function writeFloodFiles(folder: string, flood: FloodFiles): Promise<void> {
  const { plan, corpus } = flood
  await mkdir(folder, { recursive: true })
  await copyFile(sourceFile, join(folder, scriptFile))
  await writeFile(join(folder, 'flood.json'), `${JSON.stringify(floodOf(flood), null, 1)}\n`)
  await writeFile(join(folder, 'shops.json'), JSON.stringify(plan.shops))
  await writeFile(join(folder, 'templates.json'), JSON.stringify(corpus.templates.map(template => piecesOf(template).join(separator))))
  await writeEvents(join(folder, 'events.txt'), plan, corpus)
}

function floodOf({ plan, shape, corpus, path, retries, users }: FloodFiles): object {
  return {
    path,
    topics: plan.topics,
    headers: commonHeaders,
    webhookIdTail: corpus.webhookId(0).slice(idDigits),
    eventIdTail: corpus.eventId(0).slice(idDigits),
    separator,
    timeoutMs: retries.totalTimeoutMs,
    options: {
      discardResponseBodies: true,
      maxRedirects: 0,
      setupTimeout: '1h',
      // An iteration that found no idle user is a webhook that was not sent: without this k6 calls that a success.
      thresholds: { dropped_iterations: ['count==0'] },
      scenarios: {
        flood: { executor: 'ramping-arrival-rate', preAllocatedVUs: users, maxVUs: users, gracefulStop: `${retries.totalTimeoutMs + graceMs}ms`, ...stagesOf(shape) },
      },
    },
  }
}

/** Beyond the timeout of the last request, so that k6 cuts none off. */
const graceMs = 5_000

async function writeEvents(path: string, plan: Plan, corpus: Corpus): Promise<void> {
  await using file = await open(path, 'w')
  for (let from = plan.warmUpCount; from < plan.eventCount; from += eventsAtOnce) {
    const lines: string[] = []
    for (let event = from; event < Math.min(plan.eventCount, from + eventsAtOnce); event++) lines.push(lineOf(plan, corpus, event))
    await file.write(`${from === plan.warmUpCount ? '' : '\n'}${lines.join('\n')}`)
  }
}

/** Template, cents more, due ms, order id, number, webhook id, event id, shop: in the order in which the script takes them apart. */
function lineOf(plan: Plan, corpus: Corpus, event: number): string {
  const order = orderOf(plan, event)
  const { template, moreCents, id, number } = corpus.recipeOf(order)
  return [template, moreCents, plan.dueTicks[event] / ticksPerMs, id, number, corpus.webhookId(event).slice(0, idDigits), corpus.eventId(order).slice(0, idDigits), plan.shop[event]].join(' ')
}
