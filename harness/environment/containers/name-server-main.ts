/**
 * The name server that Toxiproxy's container asks for what the engine's own does not know: the names of components that are down. It knows none either and says
 * so at once, on UDP PORT. Without it the engine asks the outside world, which may take ten seconds, and a link to what is down would hang instead of closing.
 */
import { createSocket } from 'node:dgram'

/** Of a message's header: the flag of a response, and the answer that there is no such name (RFC 1035, 4.1.1). */
const response = 0x80
const noSuchName = 3

const server = createSocket('udp4')
server.on('message', (query, { address, port }) => {
  const answer = Buffer.from(query)
  answer[2] |= response
  answer[3] = (answer[3] & 0xf0) | noSuchName
  server.send(answer, port, address)
})
server.bind(Number(process.env.PORT), '0.0.0.0')
process.once('SIGTERM', () => process.exit(0))
