// Parameters of a scenario, with what `--set` changes of them.
import { isDuration, problemsOf, positive, duration, rule, show, unknownKey } from './rules.ts'
import type { ParameterValue, ParameterValues } from './scenario.ts'

/** Stand-ins that let the rest of a scenario be looked at where its own rate or duration is wrong. */
const standIns = { rate: 100, duration: '60s' } as const

/**
 * The declared values with the overrides in their place. An override has the type of what was declared, where a text such as
 * `--set rate=900` is read as that type. Problems are added to `problems`; what is wrong is replaced by something that is not.
 */
export function resolveParameters(declared: ParameterValues, overrides: Readonly<Record<string, ParameterValue>>, problems: string[]): ParameterValues {
  const parameters: ParameterValues = { ...declared }
  for (const [name, value] of Object.entries(declared ?? {})) problems.push(...problemsOf(`parameters.${name}`, ruleOf(name, value), value))
  for (const name of ['rate', 'duration'] as const) {
    if (declared?.[name] === undefined) problems.push(`parameters.${name}: found nothing, must be ${name === 'rate' ? 'webhooks a second at the peak' : 'the length of the flood, such as 75s'}`)
  }
  for (const [name, given] of Object.entries(overrides)) {
    if (declared?.[name] === undefined) {
      problems.push(`--set ${unknownKey(name, Object.keys(declared ?? {}))}`)
      continue
    }
    const value = typeof given === 'string' ? read(given, declared[name]) : given
    const wrong = problemsOf(`--set ${name}`, ruleOf(name, declared[name]), value)
    if (wrong.length === 0) parameters[name] = value
    problems.push(...wrong)
  }
  if (!Number.isFinite(parameters.rate) || parameters.rate <= 0) parameters.rate = standIns.rate
  if (!isDuration(parameters.duration)) parameters.duration = standIns.duration
  return parameters
}

/** A text in the type of the declared value, or the text itself where it cannot be read so: the rule then says what would be right. */
function read(text: string, declared: ParameterValue): ParameterValue {
  if (typeof declared === 'number') return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
  if (typeof declared === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

function ruleOf(name: string, declared: ParameterValue) {
  if (name === 'rate') return positive
  if (name === 'duration' || isDuration(declared)) return duration
  if (typeof declared === 'number') return rule('a number', Number.isFinite)
  return rule(typeof declared === 'boolean' ? 'true or false' : `a text, such as ${show(declared)}`, value => typeof value === typeof declared && ['string', 'boolean'].includes(typeof value))
}
