// What the engine says by itself: that a container of the run has ended. One open connection for all of them, which also tells when the engine goes away.
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { monotonicMs } from '../../clock.ts'
import type { ContainerEngine } from './engine.ts'
import { runLabel } from './remove-run.ts'

export interface ContainerEnd {
  /** Undefined where the engine itself went away and nobody knows. */
  exitCode: number | undefined
  atMs: number
}

export interface EngineEvents {
  /** The next end of a container; asked before it is started, none is missed. Also when the engine goes away. */
  nextEnd(containerId: string): Promise<ContainerEnd>
  /** Why the engine went away, once it has. */
  readonly gone: string | undefined
  onGone(listener: (how: string, atMs: number) => void): void
  close(): void
}

/** Listens to the engine for the containers of a run, from before the first of them. */
export async function followEvents({ docker }: ContainerEngine, runId: string): Promise<EngineEvents> {
  const stream = await docker.getEvents({ filters: { type: ['container'], event: ['die'], label: [`${runLabel}=${runId}`] } }) as Readable
  const waiting = new Map<string, (end: ContainerEnd) => void>()
  const listeners: ((how: string, atMs: number) => void)[] = []
  const text = new StringDecoder('utf8')
  let closing = false
  let gone: string | undefined
  let partial = ''

  function end(containerId: string, exitCode: number | undefined): void {
    waiting.get(containerId)?.({ exitCode, atMs: monotonicMs() })
    waiting.delete(containerId)
  }

  function lose(how: string): void {
    if (closing || gone !== undefined) return
    gone = how
    for (const containerId of waiting.keys()) end(containerId, undefined)
    for (const listener of listeners) listener(how, monotonicMs())
  }

  stream.on('data', (chunk: Buffer) => {
    const lines = (partial + text.write(chunk)).split('\n')
    partial = lines.pop()!
    for (const line of lines.filter(Boolean)) {
      const { Actor } = JSON.parse(line) as { Actor: { ID: string; Attributes: Record<string, string> } }
      end(Actor.ID, Number(Actor.Attributes.exitCode))
    }
  })
  stream.on('error', error => lose(`its connection broke: ${error.message}`))
  stream.on('close', () => lose('it closed its connection'))

  return {
    nextEnd: containerId => new Promise(resolve => waiting.set(containerId, resolve)),
    get gone() {
      return gone
    },
    onGone(listener) {
      listeners.push(listener)
      if (gone !== undefined) listener(gone, monotonicMs())
    },
    close() {
      closing = true
      stream.destroy()
    },
  }
}
