// The reference pipeline as the planted bugs' scenarios need it: smaller, quicker to settle, in worse company. What its programs do is not touched.
import { http, node, type Component, type Duration, type Env, type System } from 'floodmark'
import reference from 'floodmark/reference'

/** What is different about the reference pipeline. */
interface Variant {
  /** Longer than the worker's ack wait of 5 s wherever a worker dies or loses its queue. */
  settle?: Duration
  /** Settings of its programs, by component. */
  env?: Readonly<Record<string, Readonly<Record<string, string | number>>>>
  /** Ceiling of a program's heap in MB, by component: who keeps everything dies of it. */
  heapMegabytes?: Readonly<Record<string, number>>
  /** How the gateway between worker and destination behaves; none stands there where it is left out. */
  gateway?: 'refuses' | 'fails' | 'forgets'
  /** Somebody else posts to the intake too. */
  stranger?: boolean
}

type Program = Extract<Component, { kind: 'program' }>

/** The reference pipeline with these differences. */
export function variant({ settle = '8s', env = {}, heapMegabytes = {}, gateway, stranger = false }: Variant): System {
  const components = { ...reference.components }
  for (const [name, values] of Object.entries(env)) {
    change(components, name, program => ({ ...program, env: context => ({ ...program.env(context), ...values }) }))
  }
  for (const [name, megabytes] of Object.entries(heapMegabytes)) {
    change(components, name, program => ({ ...program, command: [program.command[0], `--max-old-space-size=${megabytes}`, ...program.command.slice(1)] }))
  }
  if (gateway !== undefined) {
    const env: Env = ({ to, host, port }) => ({ HOST: host, PORT: port, TARGET: to('analytics'), MOOD: gateway })
    components.gateway = node(besideThis('gateway'), { env, ready: http('/healthz') })
    change(components, 'worker', program => ({ ...program, env: context => ({ ...program.env(context), DESTINATIONS: `analytics=${context.to('gateway')}/v1/batch` }) }))
  }
  if (stranger) {
    const env: Env = ({ to, host, port, secret }) => ({ HOST: host, PORT: port, INTAKE: to('ingest'), SECRET: secret })
    components.stranger = node(besideThis('stranger'), { env, ready: http('/healthz') })
  }
  return { ...reference, settle, components }
}

function change(components: Record<string, Component>, name: string, how: (program: Program) => Program): void {
  const component = components[name]
  if (component?.kind !== 'program') throw new Error(`the reference pipeline has no program ${name}`)
  components[name] = how(component)
}

/** Absolute, since what is relative in a system is relative to its own file. */
function besideThis(name: string): string {
  return `${import.meta.dirname}/components/${name}.ts`
}
