// The form of a system: what validation says of it before anything is started.
import { z } from 'zod'
import { linksOf, platform } from '../environment/links.ts'
import { FloodmarkError } from '../errors.ts'
import { durationMs } from './duration.ts'
import { between, duration, fn, object, oneOf, problemsOf, rule, statuses, text, unknownKey, whole } from './rules.ts'
import { roles, type Destination, type System } from './system.ts'

const ready = z.union([object({ kind: z.literal('http'), path: text }), object({ kind: z.literal('tcp') })], "http('/path') or tcp()")
const textMap = z.record(z.string(), z.string(), 'an object of texts')

const components: Record<string, z.ZodType> = {
  nats: object({ kind: text, storage: oneOf(['file', 'memory']), syncInterval: rule('always or a duration', value => value === 'always' || durationMs(String(value)) !== undefined) }),
  postgres: object({ kind: text, schema: text.optional(), settings: textMap }),
  program: object({ kind: text, command: z.array(text, 'a program and its arguments').min(1, 'a program and its arguments'), cwd: text, env: fn, ready }),
  running: object({ kind: text, url: rule('an http:// or https:// URL', isHttpUrl), ready, connectsTo: z.array(text, 'a list of destinations') }),
}

const path = rule('a path that begins with /', value => typeof value === 'string' && value.startsWith('/'))

const destination = object({
  path,
  port: whole(1, 65_535).optional(),
  latency: object({ p50: duration, p99: duration.optional() }),
  failures: object({ share: between(0, 1), statuses }),
  idempotencyWindow: duration,
  answer: z.string('a text'),
})

const system = object({
  name: text,
  file: text,
  components: z.record(z.string(), z.unknown(), 'an object of components'),
  roles: z.record(z.string(), z.string(), 'an object from role to component'),
  intake: object({ path, secret: text.optional(), refusedStatuses: statuses }),
  destinations: z.record(z.string(), destination, 'an object of destinations'),
  correlate: fn,
  settle: duration,
})

/** Problems of a system, one line each, `path` first. Links are looked at once the form is right. */
export function systemProblems(path: string, value: System): string[] {
  const form = problemsOf(path, system, value)
  if (form.length > 0) return form
  const problems = [...nameProblems(value), ...componentProblems(value), ...roleProblems(value), ...destinationProblems(value)]
  return problems.length > 0 ? problems.map(line => `${path}.${line}`) : linkProblems(path, value)
}

function componentProblems({ components: given, destinations }: System): string[] {
  return Object.entries(given).flatMap(([name, component]) => {
    const schema = components[component?.kind]
    if (schema === undefined) return [`components.${name}: must be a component, such as nats(), postgres(), node(), command() or running()`]
    const callees = component.kind === 'running' && Array.isArray(component.connectsTo) ? component.connectsTo : []
    const unknown = callees.filter(to => !Object.hasOwn(destinations, to))
    return [...problemsOf(`components.${name}`, schema, component), ...unknown.map(to => `components.${name}.connectsTo.${unknownKey(to, Object.keys(destinations))}`)]
  })
}

function roleProblems({ roles: given, components: known }: System): string[] {
  const problems = given.intake === undefined ? ['roles.intake: found nothing, must be the component that takes the webhooks'] : []
  for (const [role, component] of Object.entries(given)) {
    if (!(roles as readonly string[]).includes(role)) problems.push(`roles.${unknownKey(role, roles)}`)
    else if (!Object.hasOwn(known, component)) problems.push(`roles.${role}: ${unknownKey(component, Object.keys(known))}`)
  }
  return problems
}

function destinationProblems({ destinations }: System): string[] {
  const problems = Object.keys(destinations).length === 0 ? ['destinations: found none, must be at least one, such as { analytics: segmentLike() }'] : []
  for (const [name, { latency, failures }] of Object.entries(destinations) as [string, Destination][]) {
    if (latency.p99 !== undefined && durationMs(latency.p99)! < durationMs(latency.p50)!) problems.push(`destinations.${name}.latency.p99: found ${latency.p99}, must be at least p50 (${latency.p50})`)
    if (failures.share > 0 && failures.statuses.length === 0) problems.push(`destinations.${name}.failures.statuses: found none, must be at least one where the share is above 0`)
  }
  return problems
}

/** One name means one thing: links are named by their ends. */
function nameProblems({ components: known, destinations }: System): string[] {
  const reserved = [platform, 'destination']
  return [...Object.keys(known).map(name => ['components', name]), ...Object.keys(destinations).map(name => ['destinations', name])].flatMap(([path, name]) => {
    if (reserved.includes(name)) return [`${path}.${name}: this name is taken by floodmark`]
    if (!/^[A-Za-z][\w-]{0,39}$/.test(name)) return [`${path}.${name}: must be a name of letters, digits, - and _, at most 40 characters`]
    return path === 'destinations' && Object.hasOwn(known, name) ? [`${path}.${name}: a component has this name already`] : []
  })
}

function linkProblems(path: string, value: System): string[] {
  try {
    linksOf(value)
    return []
  } catch (error) {
    if (!(error instanceof FloodmarkError)) throw error
    return error.evidence.map(line => `${path}.${line}`)
  }
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}
