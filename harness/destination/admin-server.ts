import { createServer, type Server } from 'node:http'
import type { AdminApi } from '../platform/admin-api.ts'
import type { Conduct } from './conduct.ts'
import { probeHeader } from './misbehaviour.ts'

/** The Admin API behind HTTP: what a fault has it answer it answers before anything else is looked at. */
export function createAdminServer(admin: AdminApi, conduct: Conduct): Server {
  return createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    const { misbehaviour } = conduct.meet(probeHeader in request.headers)
    if (misbehaviour?.answer === undefined) return admin.handle(request, response)
    request.resume()
    const { status, headers, body } = misbehaviour.answer
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(body)
  })
}
