// The HTTP side of the intake: what may come in at all, and what is answered to everything else.
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { healthAnswer, metricsAnswer, type Ailments, type Answer } from '../service/status.ts'

export interface IntakeOptions {
  path: string
  maxBodyBytes: number
  /** How long a sender may take for a whole request before it is cut off. */
  requestTimeoutMs: number
  registry: Registry
  ailments: Ailments
  /** Told of what was turned away before a webhook was read: its status. */
  turnedAway: (status: number) => void
  /** Takes a whole body over and answers it. */
  accept: (body: Buffer, request: FastifyRequest, reply: FastifyReply) => void
}

const otherMethods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const checkEveryMs = 500
const keepAliveMs = 75_000

/**
 * An HTTP server for one path. Wrong paths get 404, wrong methods 405, bodies over the limit 413 and the end of their connection; a request that is not
 * complete in time is answered 408 and cut off. Bodies arrive as bytes, whatever type they claim, since the signature is over bytes.
 */
export function createIntake(options: IntakeOptions): FastifyInstance {
  const { path, registry, ailments, turnedAway, accept } = options
  const app = Fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    http: { headersTimeout: options.requestTimeoutMs, connectionsCheckingInterval: checkEveryMs },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post(path, (request, reply) => accept(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), request, reply))
  // Answered before any body is read: the hook does not go on.
  app.route({ method: [...otherMethods], url: path, onRequest: (_request, reply, _done) => turnAway(reply.header('allow', 'POST'), 405), handler: () => {} })
  app.get('/healthz', async (_request, reply) => send(reply, await healthAnswer(ailments)))
  app.get('/metrics', async (_request, reply) => send(reply, await metricsAnswer(registry)))
  app.setNotFoundHandler((_request, reply) => turnAway(reply, 404))
  // Fastify has asked for the connection to be closed where a body was not read to its end.
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => turnAway(reply, error.statusCode ?? 500))

  function turnAway(reply: FastifyReply, status: number): void {
    turnedAway(status)
    reply.code(status).send()
  }
  return app
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply.code(answer.status).type(answer.contentType).send(answer.body)
}
