import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { FloodmarkError } from '../errors.ts'
import type { Component, Env, EnvContext, Ready } from '../scenario/system.ts'
import type { ProcessLaunch } from './launch.ts'
import { httpProbe, type Probe } from './probes.ts'
import { readEnv } from './program-env.ts'
import { tcpProbe } from './tcp-probe.ts'

/** A program of the system under test, in the folder of its system file unless it says otherwise. Throws `usage` where its `env` does not do what it did when the system was checked. */
export function programLaunch(name: string, { command: [command, ...args], cwd, env, ready }: Extract<Component, { kind: 'program' }>, { systemFolder, context }: { systemFolder: string; context: EnvContext }): ProcessLaunch {
  const folder = resolve(systemFolder, cwd)
  return {
    name,
    command,
    args: command === process.execPath ? args.map(arg => compiledName(folder, arg)) : args,
    cwd: folder,
    env: { ...process.env, ...variablesOf(name, env, context) },
    stopSignal: 'SIGTERM',
    probe: readyProbe(ready, context.host, context.port),
  }
}

/** What a program's `env` comes to. Throws `usage` where it does not do what it did when the system was checked. */
export function variablesOf(name: string, env: Env, context: EnvContext): Record<string, string> {
  const { values, problems } = readEnv(name, env, context)
  if (problems.length > 0) throw new FloodmarkError('usage', `the environment of ${name} cannot be told`, { evidence: problems })
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))
}

/** The probe that a program's `ready` stands for. */
export function readyProbe(ready: Ready, host: string, port: number): Probe {
  return ready.kind === 'http' ? httpProbe(host, port, ready.path) : tcpProbe(host, port)
}

/** In the published package a system's `.ts` files are compiled, and nothing rewrites their names in a definition: a `.ts` that is not there stands for its `.js`. */
export function compiledName(folder: string, arg: string): string {
  const javaScript = `${arg.slice(0, -3)}.js`
  return arg.endsWith('.ts') && !existsSync(resolve(folder, arg)) && existsSync(resolve(folder, javaScript)) ? javaScript : arg
}
