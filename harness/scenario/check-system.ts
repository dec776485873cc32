// The form of a system: what validation says of it before anything is started.
import { z } from 'zod'
import { findLinks, platform } from '../environment/links.ts'
import { membersOf } from '../environment/members.ts'
import { durationMs } from './duration.ts'
import { between, duration, fn, isDuration, object, oneOf, problemsOf, rule, statuses, text, under, unknownKey, whole } from './rules.ts'
import { roles, type Destination, type System } from './system.ts'

const path = rule('a path that begins with /', value => typeof value === 'string' && value.startsWith('/'))
const ready = z.union([object({ kind: z.literal('http'), path }), object({ kind: z.literal('tcp') })], "http('/path') or tcp()")
const nodes = rule('1, 3 or 5: an even number survives no more deaths than the odd one below it', value => [1, 3, 5].includes(value as number))
const replicas = whole(1, 16)
const textMap = z.record(z.string(), z.string(), 'an object of texts')

const components: Record<string, z.ZodType> = {
  nats: object({ kind: text, storage: oneOf(['file', 'memory']), syncInterval: rule('always or a duration', value => value === 'always' || durationMs(String(value)) !== undefined), nodes }),
  postgres: object({ kind: text, schema: text.optional(), settings: textMap }),
  program: object({ kind: text, command: z.array(text, 'a program and its arguments').min(1, 'a program and its arguments'), cwd: text, env: fn, ready, replicas }),
  image: object({ kind: text, image: z.union([text, object({ build: text })], "an image's name, or { build: './folder' }"), port: whole(1, 65_535), command: z.array(text, 'a program and its arguments').optional(), env: fn, ready, replicas }),
  running: object({ kind: text, url: rule('an http:// or https:// URL', isHttpUrl), ready, connectsTo: z.array(text, 'a list of destinations') }),
}

const someDestinations = 'an object with at least one destination, such as { analytics: segmentLike() }'
const destination = object({
  path,
  port: whole(1, 65_535).optional(),
  latency: object({ p50: duration, p99: duration.optional() }).refine(value => isOrdered(value as Destination['latency']), { path: ['p99'], error: 'at least p50' }),
  failures: object({ share: between(0, 1), statuses }).refine(value => hasAnswer(value as Destination['failures']), { path: ['statuses'], error: 'at least one where the share is above 0' }),
  idempotencyWindow: duration,
  answer: z.string('a text'),
})

const system = object({
  name: text,
  file: text,
  components: z.record(z.string(), z.unknown(), 'an object of components'),
  roles: z.record(z.string(), z.string(), 'an object from role to component'),
  intake: object({ path, secret: text.optional(), nextSecret: text.optional(), refusedStatuses: statuses }),
  destinations: z.record(z.string(), destination, someDestinations).refine(value => namesOf(value).length > 0, someDestinations),
  correlate: fn,
  settle: duration,
})

/** As much of a system as its names and links are read from. */
const wiring = z.looseObject({
  components: z.record(z.string(), z.union([
    z.looseObject({ kind: z.literal('nats'), nodes }),
    z.looseObject({ kind: z.literal('postgres') }),
    z.looseObject({ kind: z.literal(['program', 'image']), env: fn, ready, replicas }),
    z.looseObject({ kind: z.literal('running'), connectsTo: z.array(text), ready }),
  ])),
  roles: z.record(z.string(), text),
  destinations: z.record(z.string(), z.looseObject({})),
})

/** Whether targets can be looked up in a system, whatever else is wrong with it. */
export function isWired(value: System): boolean {
  return wiring.safeParse(value).success
}

/** Problems of a system, one line each, `path` first. What hangs together is looked at wherever its own form is right. */
export function systemProblems(path: string, value: System): string[] {
  const links = isWired(value) ? findLinks(value).problems : []
  return under(path, [...problemsOf('', system, value), ...nameProblems(value), ...componentProblems(value), ...roleProblems(value), ...links])
}

function componentProblems({ components: given, destinations }: System): string[] {
  const destinationNames = namesOf(destinations)
  return namesOf(given).flatMap(name => {
    const component = given[name]
    const schema = Object.hasOwn(components, component?.kind) ? components[component.kind] : undefined
    if (schema === undefined) return [`components.${name}: must be a component, such as nats(), postgres(), node(), command(), image() or running()`]
    const callees: string[] = component.kind === 'running' && Array.isArray(component.connectsTo) ? component.connectsTo : []
    const unknown = callees.filter(to => typeof to === 'string' && !destinationNames.includes(to))
    return [...problemsOf(`components.${name}`, schema, component), ...unknown.map(to => `components.${name}.connectsTo.${unknownKey(to, destinationNames)}`)]
  })
}

function roleProblems({ roles: given, components: known }: System): string[] {
  const problems = given?.intake === undefined ? ['roles.intake: found nothing, must be the component that takes the webhooks'] : []
  for (const [role, component] of Object.entries(given ?? {})) {
    if (!(roles as readonly string[]).includes(role)) problems.push(`roles.${unknownKey(role, roles)}`)
    else if (!namesOf(known).includes(component)) problems.push(`roles.${role}: ${unknownKey(component, namesOf(known))}`)
  }
  return problems
}

/** One name means one thing: links are named by their ends. */
function nameProblems(value: System): string[] {
  const { components: known, destinations } = value
  const reserved = [platform, 'destination']
  return [...namesOf(known).map(name => ['components', name]), ...namesOf(destinations).map(name => ['destinations', name])].flatMap(([path, name]) => {
    if (reserved.includes(name)) return [`${path}.${name}: this name is taken by floodmark`]
    const owner = isWired(value) ? namesOf(known).find(each => membersOf(value, each).length > 1 && name.startsWith(`${each}-`) && /^\d+$/.test(name.slice(each.length + 1))) : undefined
    if (owner !== undefined) return [`${path}.${name}: such names are those of the processes of ${owner}`]
    if (!/^[A-Za-z][\w-]{0,39}$/.test(name)) return [`${path}.${name}: must be a name of letters, digits, - and _, at most 40 characters`]
    return path === 'destinations' && namesOf(known).includes(name) ? [`${path}.${name}: a component has this name already`] : []
  })
}

/** None of what is no object: its form has been told then. */
function namesOf(value: object): string[] {
  return Object.keys(typeof value === 'object' && value !== null ? value : {})
}

function isOrdered({ p50, p99 }: Destination['latency']): boolean {
  return !isDuration(p50) || !isDuration(p99) || durationMs(p50)! <= durationMs(p99!)!
}

function hasAnswer({ share, statuses }: Destination['failures']): boolean {
  return !(share > 0) || !Array.isArray(statuses) || statuses.length > 0
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}
