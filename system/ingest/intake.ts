// The HTTP side of the intake: what may come in at all, and what is answered to everything else.
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import { healthAnswer, metricsAnswer, type Ailments, type Answer } from '../service/status.ts'
import { readBody } from './body.ts'

export interface IntakeOptions {
  path: string
  maxBodyBytes: number
  /** How long a sender may take for a whole request before it is cut off. */
  requestTimeoutMs: number
  registry: Registry
  ailments: Ailments
  /** Told of what was turned away before a webhook was read: its status. */
  turnedAway: (status: number) => void
  /** Takes a whole webhook over and calls `answer` once, with the status. */
  accept: (body: Buffer, headers: IncomingHttpHeaders, answer: (status: number) => void) => void
}

const otherMethods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const checkEveryMs = 500
const keepAliveMs = 75_000
const noBody = { 'content-length': '0' }
/** Heads of the answers that say more than their status. A body that was not read to its end leaves its connection of no use. */
const heads: Readonly<Record<number, Record<string, string>>> = { 413: { ...noBody, connection: 'close' }, 503: { ...noBody, 'retry-after': '1' } }

/**
 * An HTTP server for one path. Wrong paths get 404, wrong methods 405, bodies over the limit 413 and the end of their connection; a request that is not
 * complete in time is answered 408 and cut off. Bodies arrive as bytes, whatever type they claim, since the signature is over bytes. From its route on a
 * webhook is this file's own: what a framework does for bodies of any type and for answers of any kind would cost a tenth of the intake.
 */
export function createIntake(options: IntakeOptions): FastifyInstance {
  const { path, registry, ailments, turnedAway, accept } = options
  const app = Fastify({
    logger: false,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    http: { headersTimeout: options.requestTimeoutMs, connectionsCheckingInterval: checkEveryMs },
  })
  // No other path reads a body.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))

  app.route({
    method: 'POST',
    url: path,
    // The hook does not go on: what follows is done here.
    onRequest(request, reply, _done) {
      reply.hijack()
      readBody(request.raw, options.maxBodyBytes, body => {
        if (body !== undefined) return accept(body, request.headers, status => answer(reply.raw, status))
        turnedAway(413)
        answer(reply.raw, 413)
      })
    },
    handler: () => {},
  })
  // Answered before any body is read: the hook does not go on.
  app.route({ method: [...otherMethods], url: path, onRequest: (_request, reply, _done) => turnAway(reply.header('allow', 'POST'), 405), handler: () => {} })
  app.get('/healthz', async (_request, reply) => send(reply, await healthAnswer(ailments)))
  app.get('/metrics', async (_request, reply) => send(reply, await metricsAnswer(registry)))
  app.setNotFoundHandler((_request, reply) => turnAway(reply, 404))
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => turnAway(reply, error.statusCode ?? 500))

  function turnAway(reply: FastifyReply, status: number): void {
    turnedAway(status)
    reply.code(status).send()
  }
  return app
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, heads[status] ?? noBody).end()
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply.code(answer.status).type(answer.contentType).send(answer.body)
}
