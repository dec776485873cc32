// The harness's end of the control connection to the servers' program: greeted, asked, told.
import { connect, type Socket } from 'node:net'
import { until } from '../clock.ts'
import { within } from '../faults/deadline.ts'
import { frameReader, frameTypes, jsonFrame, type ServerCommand, type ServerMessage } from './protocol.ts'
import type { ServersProgram } from './servers-program.ts'

const greetingLimitMs = 15_000
const answerLimitMs = 10_000

export interface Control {
  /** From now on told of every message, and of all frames that are none. */
  hear(listener: ControlListener): void
  tell(command: ServerCommand): void
  /** Frames that are no command. */
  write(frame: Uint8Array): void
  /** Tells a command with an id, and resolves with the message that answers it. Throws where none comes within 10 s, or the program ends. */
  ask(command: (id: number) => ServerCommand): Promise<ServerMessage>
  /** Ends the connection, and the program with it. */
  close(): void
}

export interface ControlListener {
  message(message: ServerMessage): void
  frame(type: number, payload: Buffer): void
}

/** Connects until the program greets. Throws where it has not within 15 s, and on abort. */
export async function openControl(program: ServersProgram, signal: AbortSignal): Promise<Control> {
  let listener: ControlListener | undefined
  const questions = new Map<number, (answer: ServerMessage) => void>()
  let nextQuestion = 1

  function take(type: number, payload: Buffer): void {
    if (type !== frameTypes.message) return listener?.frame(type, payload)
    const message = JSON.parse(payload.toString()) as ServerMessage
    listener?.message(message)
    if ('id' in message && message.id !== undefined) questions.get(message.id)?.(message)
  }

  const controlPort = await program.controlPort
  const socket = await within('connecting to the destinations', greetingLimitMs, until('the destinations to greet', greetingLimitMs, () => greetedAt(program.host, controlPort, take), { signal }))
  const tell = (command: ServerCommand): void => void socket.write(jsonFrame(frameTypes.command, command))
  return {
    hear: next => void (listener = next),
    tell,
    write: frame => void socket.write(frame),
    async ask(command) {
      const id = nextQuestion++
      const answered = new Promise<ServerMessage>(resolve => questions.set(id, resolve))
      tell(command(id))
      try {
        return await within('an answer of the destinations', answerLimitMs, Promise.race([answered, program.ended.then(how => { throw new Error(`the destinations' process ${how}`) })]))
      } finally {
        questions.delete(id)
      }
    },
    close: () => void socket.destroy(),
  }
}

/** A published port of a container takes a connection before anyone listens inside, and then ends it without a word: only a greeting says that the program is there. */
function greetedAt(host: string, port: number, take: (type: number, payload: Buffer) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    socket.on('data', frameReader((type, payload) => (type === frameTypes.greeting ? resolve(socket) : take(type, payload))))
    // Its own part is done; later ones come with the end of the program, which is told anyway.
    socket.on('error', reject)
    socket.once('close', () => reject(new Error(`${host}:${port} ended the connection without a greeting`)))
  })
}
