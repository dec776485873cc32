// What a run shows while it goes on, on standard error: on a terminal one live line under the finished phases, elsewhere plain lines.
import { styleText } from 'node:util'
import { monotonicMs } from '../clock.ts'
import type { FloodStatus, Progress } from '../progress.ts'

const plainStatusEveryMs = 5_000
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearLine = '\r\u001b[2K'

/** Progress of one run on a terminal. */
export interface TerminalProgress extends Progress {
  /** The run is over: marks the last phase by whether the run came to its end, and gives the terminal back. */
  finish(good: boolean): void
}

/** Progress for whoever reads `stream`: live where it is a terminal that nobody calls CI, lines otherwise. */
export function terminalProgress(title: string, stream: NodeJS.WriteStream = process.stderr): TerminalProgress {
  const live = stream.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb'
  return live ? liveProgress(title, stream) : plainProgress(title, stream)
}

function plainProgress(title: string, stream: NodeJS.WriteStream): TerminalProgress {
  let phase: { name: string; startedAtMs: number } | undefined
  let nextStatusMs = 0
  const say = (text: string): void => void stream.write(`${text}\n`)
  say(title)

  function endPhase(good: boolean): void {
    if (phase !== undefined) say(`  ${phase.name} ${good ? 'done in' : 'given up after'} ${inSeconds(monotonicMs() - phase.startedAtMs)}`)
    phase = undefined
  }
  return {
    phase(name) {
      endPhase(true)
      phase = { name, startedAtMs: monotonicMs() }
      say(`  ${name} …`)
    },
    line: text => say(`    ${text}`),
    status(status) {
      if (monotonicMs() < nextStatusMs) return
      nextStatusMs = monotonicMs() + plainStatusEveryMs
      say(`    ${describe(status).join('  ')}`)
    },
    end() {},
    finish: endPhase,
  }
}

function liveProgress(title: string, stream: NodeJS.WriteStream): TerminalProgress {
  const paint = (style: 'green' | 'red' | 'dim' | 'bold', text: string): string => (stream.hasColors() ? styleText(style, text, { validateStream: false }) : text)
  let phase: { name: string; startedAtMs: number } | undefined
  // A process that ends in mid-phase must not leave the terminal without its cursor.
  const restore = (): void => void stream.write(showCursor)
  process.once('exit', restore)
  stream.write(`${hideCursor}${paint('bold', title)}\n`)

  function say(text: string): void {
    stream.write(`${clearLine}${text}\n`)
  }
  /** Cut to the width of the terminal: a line that wraps cannot be rewritten in place. */
  function rewrite(text: string): void {
    stream.write(`${clearLine}${text.slice(0, Math.max(20, columnsOf(stream) - 1))}`)
  }
  function endPhase(good: boolean): void {
    if (phase !== undefined) say(`  ${good ? paint('green', '✓') : paint('red', '✗')} ${phase.name} ${paint('dim', inSeconds(monotonicMs() - phase.startedAtMs))}`)
    phase = undefined
  }
  function showPhase(): void {
    if (phase !== undefined) rewrite(`  … ${phase.name}`)
  }
  return {
    phase(name) {
      endPhase(true)
      phase = { name, startedAtMs: monotonicMs() }
      showPhase()
    },
    line(text) {
      say(`    ${paint('dim', text)}`)
      showPhase()
    },
    status: status => rewrite(`  … ${fit(describe(status), columnsOf(stream) - 6)}`),
    end() {},
    finish(good) {
      endPhase(good)
      restore()
      process.off('exit', restore)
    },
  }
}

function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.columns ?? 80
}

/** The state in words, the most telling first: what does not fit is left out from the end. */
function describe({ elapsedMs, floodMs, planned, sent, acked, delivered, backlog, waitingForRetry, faults }: FloodStatus): string[] {
  const time = elapsedMs <= floodMs ? `${inSeconds(elapsedMs)} of ${inSeconds(floodMs)}` : `flood over, draining for ${inSeconds(elapsedMs - floodMs)}`
  return [
    time,
    `delivered ${inWords(delivered)} of ${inWords(planned)}`,
    `backlog ${inWords(backlog)}`,
    ...(faults.length > 0 ? [`fault: ${faults.join(', ')}`] : []),
    ...(waitingForRetry > 0 ? [`waiting for retry ${inWords(waitingForRetry)}`] : []),
    `sent ${inWords(sent)}`,
    `acked ${inWords(acked)}`,
  ]
}

function fit(parts: readonly string[], width: number): string {
  let text = ''
  for (const part of parts) {
    const longer = text === '' ? part : `${text}  ${part}`
    if (longer.length > width) break
    text = longer
  }
  return text
}

function inWords(count: number): string {
  return Math.max(0, count).toLocaleString('en-US')
}

function inSeconds(ms: number): string {
  return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`
}
