import type { RunRecord } from '../../reports/record.ts'
import { readEnv, standIns } from '../environment/program-env.ts'
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import type { Prepared } from '../scenario/prepare.ts'
import { isProgram, type Component } from '../scenario/system.ts'

type ScaledTimes = RunRecord['scaledTimes']

/** Both lists that the time scale makes: what is weighed against the retry schedule and shrank, and what is weighed against work and did not. Values as run, ms. */
export function listScaledTimes({ scenario, system, load }: Prepared): ScaledTimes {
  const { retries, timeScale, realism } = load
  const shrunk = (name: string, ms: number): ScaledTimes[number] => ({ name, ms: ms / timeScale, scaled: true })
  const kept = (name: string, duration: Duration): ScaledTimes[number] => ({ name, ms: mustDurationMs(duration), scaled: false })
  return [
    shrunk('first retry', retries.delaysMs[0] ?? 0),
    shrunk('all retries', retries.delaysMs.reduce((sum, delay) => sum + delay, 0)),
    ...(realism?.lateByHours ? [shrunk('late by hours', mustDurationMs(realism.lateByHours.by))] : []),
    ...Object.entries(system.destinations).map(([name, destination]) => shrunk(`${name}: idempotency window`, mustDurationMs(destination.idempotencyWindow))),
    ...Object.entries(system.components).flatMap(([name, component]) => settingsOf(name, component, timeScale)),
    { name: 'connect timeout', ms: retries.connectTimeoutMs, scaled: false },
    { name: 'total timeout', ms: retries.totalTimeoutMs, scaled: false },
    ...Object.entries(system.destinations).map(([name, destination]) => kept(`${name}: median answer`, destination.latency.p50)),
    ...(realism?.late ? [kept('late', realism.late.by)] : []),
    ...(realism?.debounce ? [kept('debounce', realism.debounce)] : []),
    kept('settle', system.settle),
    kept('late after', scenario.lateAfter),
    kept('recovery bound', scenario.recoveryBound),
  ]
}

/** The environment variables of a program whose values came from `scaled()`. The run is over by now, so an `env` that throws this time has none. */
function settingsOf(name: string, component: Component, timeScale: number): ScaledTimes {
  if (!isProgram(component)) return []
  const values = new Set<number>()
  const scaled = (duration: Duration): number => {
    const ms = mustDurationMs(duration) / timeScale
    values.add(ms)
    return ms
  }
  const env = readEnv(name, component.env, { ...standIns, scaled })
  return Object.entries(env.values).filter(([, value]) => values.has(Number(value))).map(([key, value]) => ({ name: `${name}: ${key}`, ms: Number(value), scaled: true }))
}
