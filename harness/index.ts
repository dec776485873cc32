// The public API: what a scenario or system file imports from 'floodmark'.
export { defineScenario, defineSystem } from './scenario/define.ts'
export type { LoadInput, ScenarioInput, SystemInput } from './scenario/define.ts'
export { portion } from './scenario/duration.ts'
export type { Duration, FloodTime } from './scenario/duration.ts'
export type { Displacement, Realism } from './scenario/realism.ts'
export type { Load, ParameterValue, ParameterValues, Scenario, Topic } from './scenario/scenario.ts'
export type { Component, Correlated, Destination, DestinationRequest, Distribution, Env, EnvContext, Intake, Ready, Role, System } from './scenario/system.ts'

// Systems: components, when they are ready, and where their orders go.
export { command, http, image, nats, node, postgres, running, tcp } from './environment/components.ts'
export { httpDestination, segmentLike } from './destination/kinds.ts'

// Load: how orders come in, and how the platform tries again.
export { bursts, constant, flashSale, noonStep, ramp, replay, resumptionSurge, rollingMidnights, scaled, sequence, sineDay, steps, superimpose } from './plan/shapes.ts'
export type { Shape } from './plan/shape.ts'
export { custom, exponential, fixed, littledata2019, shopify2019, shopify2024 } from './platform/retry-policies.ts'
export type { RetryPolicy } from './platform/retry-policy.ts'

// Faults.
export { at, during } from './faults/at.ts'
export type { FaultRequest } from './faults/fault.ts'

// Guardrails: what ends the whole experiment at once.
export { backlogAbove } from './guards/backlog-above.ts'
export { failuresAbove } from './guards/failures-above.ts'
export type { Guard, GuardedStatus } from './guards/guard.ts'

// Expectations.
export { componentsUp } from './checks/components-up.ts'
export { delay } from './checks/delay.ts'
export { duplicateArrivals } from './checks/duplicate-arrivals.ts'
export { generatorKeptUp } from './checks/generator-kept-up.ts'
export { intact } from './checks/intact.ts'
export { noDuplicateEffects } from './checks/no-duplicate-effects.ts'
export { noLoss } from './checks/no-loss.ts'
export { noPhantoms } from './checks/no-phantoms.ts'
export { recovery } from './checks/recovery.ts'
export { throughput } from './checks/throughput.ts'
export type { Check, Evidence, Finding, Verdict } from './checks/check.ts'
