// From a whole body to its answer: signed, well-formed, named; published; answered by what became of it.
import type { IncomingHttpHeaders } from 'node:http'
import { carried, isNamed, makeHead } from '../order/webhook.ts'
import type { Publisher, PublishOutcome } from '../queue/publisher.ts'
import { webhookSubject } from '../queue/streams.ts'
import type { Logger } from '../service/lifecycle.ts'
import type { IntakeOptions } from './intake.ts'
import type { IngestMetrics } from './metrics.ts'
import type { SignatureCheck } from './signature.ts'
import { isWellFormed } from './well-formed.ts'

export interface AcceptOptions {
  /** One for each secret in use; which of them signed is no secret. */
  signatures: readonly SignatureCheck[]
  publisher: Publisher
  metrics: IngestMetrics
  log: Logger
}

/** 200: the queue has it. 503: nothing has happened, come again. 504: it may have happened, so come again, and repeats will be told by their id. */
const statuses: Readonly<Record<PublishOutcome, number>> = { stored: 200, refused: 503, unanswered: 504 }
/** Room for the head of a message beside its body. */
const headBytes = 4_096

/** Takes one webhook over: answers it now, or when the queue has. */
export function createAccept({ signatures, publisher, metrics, log }: AcceptOptions): IntakeOptions['accept'] {
  return (body, headers, respond) => {
    const startedMs = performance.now()

    function answer(status: number): void {
      metrics.answered(status, (performance.now() - startedMs) / 1_000)
      if (status !== 200) log.debug({ correlationId: headers['x-shopify-webhook-id'], status }, 'webhook not taken')
      respond(status)
    }

    if (!signatures.some(signature => signature.accepts(body, headers['x-shopify-hmac-sha256']))) return answer(401)
    if (!isWellFormed(body) || !isNamed(word(headers, 'x-shopify-shop-domain'), word(headers, 'x-shopify-topic'))) return answer(400)
    // What the queue cannot carry will not become smaller: better said than kept from it for ever.
    if (body.length + headBytes > (publisher.maxMessageBytes ?? Number.POSITIVE_INFINITY)) return answer(413)
    publisher.publish(webhookSubject, headOf(headers), body, outcome => answer(statuses[outcome]))
  }
}

/** The message id is (event, topic): one action of a merchant has one event id on every topic and every try. */
function headOf(headers: IncomingHttpHeaders): ReturnType<typeof makeHead> {
  const event = word(headers, 'x-shopify-event-id') ?? word(headers, 'x-shopify-webhook-id')
  const values: [string, string][] = []
  for (const [arrived, name] of carried) {
    const value = word(headers, arrived)
    if (value !== undefined) values.push([name, value])
  }
  return makeHead(event && `${event}.${word(headers, 'x-shopify-topic')}`, values)
}

function word(headers: IncomingHttpHeaders, name: string): string | undefined {
  return headers[name] as string | undefined
}
