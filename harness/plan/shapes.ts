// The registry of arrival shapes: a new one is a file beside this one and a line here.
export { constant } from './constant.ts'
export { flashSale } from './flash-sale.ts'
export { noonStep } from './noon-step.ts'
export { ramp } from './ramp.ts'
export { rollingMidnights } from './rolling-midnights.ts'
export { sequence } from './sequence.ts'
