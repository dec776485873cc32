// Where a scenario or a system enters the house: fills in what was left out and remembers the file it stands in.
import type { Check } from '../checks/check.ts'
import type { FaultRequest } from '../faults/fault.ts'
import type { Guard } from '../guards/guard.ts'
import { callerFile } from './caller-file.ts'
import type { Duration } from './duration.ts'
import type { Load, ParameterValues, Scenario } from './scenario.ts'
import type { Component, Intake, Role, System } from './system.ts'

/** What `defineScenario` takes. `load`, `faults` and `expect` may be functions of the parameters, so that `--set` reaches them. */
export interface ScenarioInput<P extends ParameterValues = ParameterValues> {
  /** Short, kebab-case: names the run's folder. */
  name: string
  /** What is believed, as one sentence that the run can refute. */
  hypothesis: string
  system: System
  /** What `--set` can change. `rate` is webhooks a second at the peak, `duration` the length of the flood. */
  parameters: P
  load: OrFunction<P, LoadInput>
  faults?: OrFunction<P, readonly FaultRequest[]>
  expect: OrFunction<P, readonly Check[]>
  /** Conditions that end the experiment at once, such as `backlogAbove({ orders: 20_000 })`. Default: none. */
  abortWhen?: OrFunction<P, readonly Guard[]>
  /** Reconciliation is part of the claim: the Admin API is open. Default: false. */
  repair?: boolean
  /** An order is late when it arrives this long after its planned instant. Default: 5m. */
  lateAfter?: Duration
  /** The drain ends at the latest this long after the flood. Default: 5m. */
  drainLimit?: Duration
  /** The declared bound on recovery after a heal. Default: 30s. */
  recoveryBound?: Duration
  /** What sends the plan. Default: native. */
  engine?: Scenario['engine']
  /** What the generator must achieve for the run to be valid. Default: lag p99 of 50 ms, none unsent. */
  generator?: Partial<Scenario['generator']>
}

/** The load as a scenario states it: `spacing` (default even), `timeScale` (default 1), `maxSockets` (default 1024) and `senders` (default 1) may be left out. */
export type LoadInput = Omit<Load, keyof typeof loadDefaults> & Partial<Pick<Load, keyof typeof loadDefaults>>

const loadDefaults = { spacing: 'even', timeScale: 1, maxSockets: 1_024, senders: 1 } as const satisfies Partial<Load>

/** What `defineSystem` takes. */
export type SystemInput<Name extends string = string> = Omit<System, 'name' | 'file' | 'components' | 'roles' | 'intake' | 'settle'> & {
  /** Default: the name of the file. */
  name?: string
  components: Record<Name, Component>
  /** Which component plays which part. A scenario speaks of roles; a fault on one that nobody plays is refused. */
  roles: Partial<Record<Role, NoInfer<Name>>>
  /** `refusedStatuses`: default none, so that every answer but a 2xx may have had an effect. */
  intake: Omit<Intake, 'refusedStatuses'> & Partial<Pick<Intake, 'refusedStatuses'>>
  /** Default: 35s, longer than the redelivery timeout of most queues. */
  settle?: Duration
}

type OrFunction<P, T> = T | ((parameters: Widened<P>) => T)

/** Types of the parameters as `--set` may leave them: `'75s'` is any duration, `600` any number. */
export type Widened<P> = { [K in keyof P]: P[K] extends number ? number : P[K] extends boolean ? boolean : P[K] extends Duration ? Duration : P[K] extends string ? string : P[K] }

// Marked by a registered symbol rather than a class: a test runner may load a scenario with a module instance of its own.
const scenarioMark = Symbol.for('floodmark.scenario')
const systemMark = Symbol.for('floodmark.system')

/** One experiment, ready to be validated. Nothing is checked here: validation lists all problems at once. */
export function defineScenario<const P extends ParameterValues>(input: ScenarioInput<P>): Scenario {
  const { load, faults, expect, abortWhen, generator, ...rest } = input
  const scenario: Scenario = {
    repair: false,
    lateAfter: '5m',
    drainLimit: '5m',
    recoveryBound: '30s',
    engine: 'native',
    ...rest,
    file: callerFile(),
    load: parameters => fillLoad(valueOf(load, parameters)),
    faults: parameters => valueOf(faults ?? [], parameters),
    expect: parameters => valueOf(expect, parameters),
    abortWhen: parameters => valueOf(abortWhen ?? [], parameters),
    generator: { lagP99Ms: 50, unsent: 0, ...generator },
  }
  return mark(scenario, scenarioMark)
}

/** A system under test, as its owner describes it. Relative paths in it are relative to the calling file. */
export function defineSystem<const Name extends string>(input: SystemInput<Name>): System {
  const file = callerFile()
  const system: System = {
    name: nameOf(file),
    settle: '35s',
    ...input,
    file,
    intake: { refusedStatuses: [], ...input.intake },
  }
  return mark(system, systemMark)
}

/** Whether a value came out of `defineScenario`. */
export function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && scenarioMark in value
}

/** Whether a value came out of `defineSystem`. */
export function isSystem(value: unknown): value is System {
  return typeof value === 'object' && value !== null && systemMark in value
}

function valueOf<T>(given: T | ((parameters: never) => T), parameters: ParameterValues): T {
  return typeof given === 'function' ? (given as (parameters: unknown) => T)(parameters) : given
}

function fillLoad(load: LoadInput): Load {
  return { ...loadDefaults, ...load }
}

function mark<T extends object>(value: T, symbol: symbol): T {
  return Object.assign(value, { [symbol]: true })
}

/** `pipeline` for `/some/where/pipeline.ts`. */
function nameOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '')
}
