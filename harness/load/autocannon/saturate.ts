// Closed-loop saturation of an intake: how many webhooks a second it acknowledges when 1, 2, 4 ... connections each wait for their answer.
import { performance } from 'node:perf_hooks'

import autocannon from 'autocannon'

import type { Webhook } from './webhook-stream.ts'

export interface SaturateOptions {
  url: string
  nextWebhook: () => Webhook
  /** The steps double from one connection up to this many. */
  maxConnections: number
  secondsPerStep: number
  signal: AbortSignal
  onStep(step: SaturationStep): void
}

export interface SaturationStep {
  connections: number
  /** Webhooks a second that were answered 2xx. */
  perSecond: number
  acked: number
  /** Other answers, by status. */
  otherAnswers: Record<string, number>
  /** Connections that failed, and requests that nobody answered in time. */
  errors: number
  /** Share (0 to 1) of the step in which this process was busy. Near 1 it is the client that was saturated. */
  clientBusy: number
}

export interface Knee {
  connections: number
  perSecond: number
}

/** A step that brings less than this more than the best before it brings nothing; after two of those in a row more connections only wait. */
const leastGain = 0.05
const stepsWithoutGain = 2

/** Measures step after step until more connections bring nothing more, at the latest at `maxConnections`. Throws the signal's reason on abort. */
export async function saturate(options: SaturateOptions): Promise<SaturationStep[]> {
  const steps: SaturationStep[] = []
  let [best, without] = [0, 0]
  for (let connections = 1; connections <= options.maxConnections && without < stepsWithoutGain; connections *= 2) {
    const step = await measureStep(options, connections)
    steps.push(step)
    options.onStep(step)
    without = step.perSecond > best * (1 + leastGain) ? 0 : without + 1
    best = Math.max(best, step.perSecond)
  }
  return steps
}

/** The fewest connections that came within 5 % of the highest rate. Undefined where nothing was acknowledged. */
export function kneeOf(steps: readonly SaturationStep[]): Knee | undefined {
  const highest = Math.max(...steps.map(step => step.perSecond))
  const knee = steps.find(step => step.perSecond > 0 && step.perSecond >= highest * (1 - leastGain))
  return knee && { connections: knee.connections, perSecond: knee.perSecond }
}

async function measureStep({ url, nextWebhook, secondsPerStep, signal }: SaturateOptions, connections: number): Promise<SaturationStep> {
  signal.throwIfAborted()
  const before = performance.eventLoopUtilization()
  const running = autocannon({
    url, connections,
    duration: secondsPerStep,
    requests: [{ method: 'POST', setupRequest: request => ({ ...request, ...nextWebhook() }) }],
  })
  const stop = (): void => (running as unknown as autocannon.Instance).stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const result = await running
    signal.throwIfAborted()
    const { utilization } = performance.eventLoopUtilization(before)
    const acked = result['2xx']
    const otherAnswers = Object.fromEntries(Object.entries(result.statusCodeStats ?? {}).filter(([status]) => !status.startsWith('2')).map(([status, { count }]) => [status, count!]))
    return { connections, perSecond: acked / result.duration, acked, otherAnswers, errors: result.errors, clientBusy: utilization }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
