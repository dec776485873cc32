// `floodmark saturate`: roughly where an intake's highest rate lies, before a scenario is written around it. A closed loop: no latency, no verdict.
import { randomBytes } from 'node:crypto'
import { listDeaths } from '../checks/last-words.ts'
import { FloodmarkError } from '../errors.ts'
import type { ExitName } from '../exit-codes.ts'
import { refuseHost, refuseSilence, secretVariable } from '../load/autocannon/running-intake.ts'
import { kneeOf, saturate as saturateIntake, type Knee, type SaturationStep } from '../load/autocannon/saturate.ts'
import { streamWebhooks, type Webhook } from '../load/autocannon/webhook-stream.ts'
import { arrange } from '../phases/arrange.ts'
import { planRun } from '../phases/plan.ts'
import { openRunFolder } from '../phases/run-folder.ts'
import { warmUp } from '../phases/warm-up.ts'
import { loadReplacement, loadScenario } from '../scenario/load.ts'
import { prepare } from '../scenario/prepare.ts'
import { checkOutFolder } from './out-folder.ts'
import { terminalProgress } from './progress.ts'

export interface SaturateCommandOptions {
  maxConnections: number
  seconds: number
  out: string
  system?: string
  links: 'toxiproxy' | 'direct'
  set: Record<string, string>
  allowHost: string[]
  json?: boolean
}

/** What is printed, and with --json all of it. */
interface Saturation {
  target: string
  url: string
  closedLoop: true
  secondsPerStep: number
  steps: SaturationStep[]
  knee: Knee
  /** Components that ended under the load. */
  ended: string[]
}

const seed = 1
/** A client this busy is what was measured. */
const busyClient = 0.9

/** Measures an intake that runs already, or arranges a scenario's system up to its warm-up and measures that. */
export async function saturate(target: string, options: SaturateCommandOptions, signal: AbortSignal): Promise<ExitName> {
  try {
    const saturation = /^https?:\/\//.test(target) ? await saturateUrl(target, options, signal) : await saturateScenario(target, options, signal)
    process.stdout.write(options.json ? `${JSON.stringify(saturation)}\n` : render(saturation))
    return 'pass'
  } catch (error) {
    // Whatever an interruption broke on its way, it was the interruption.
    throw signal.aborted ? signal.reason : error
  }
}

async function saturateUrl(url: string, options: SaturateCommandOptions, signal: AbortSignal): Promise<Saturation> {
  refuseHost(url, options.allowHost)
  const secret = process.env[secretVariable] ?? randomBytes(24).toString('hex')
  // Another seed each time, since what was sent once is known there.
  const nextWebhook = streamWebhooks({ seed: Date.now() % 2 ** 32, shops: ['floodmark.myshopify.com'], topics: ['orders/create'], secret, from: 0 })
  await refuseSilence(url, nextWebhook(), signal)
  return await measure({ target: url, url, nextWebhook, ended: () => [], tell: line => void process.stderr.write(`${line}\n`) }, options, signal)
}

async function saturateScenario(name: string, options: SaturateCommandOptions, signal: AbortSignal): Promise<Saturation> {
  const { system, set, links, out, allowHost } = options
  const replacement = await loadReplacement(system)
  const scenario = prepare(await loadScenario(name), { set, replacement, links, environment: 'local' })
  const secret = scenario.system.intake.secret ?? randomBytes(24).toString('hex')
  // Nothing is broken here, and whoever sends must know the secret.
  const prepared = { ...scenario, faults: [], system: { ...scenario.system, intake: { ...scenario.system.intake, secret } } }
  await checkOutFolder(out)
  const folder = await openRunFolder(out, `saturate-${prepared.scenario.name}`)
  const progress = terminalProgress(`saturate ${prepared.scenario.name} on ${prepared.system.name}`)
  let good = false
  try {
    const planned = planRun(prepared, seed)
    const runOptions = { seed, out, links, allowedHosts: allowHost, signal, progress }
    progress.phase('arrange')
    await using arranged = await arrange(prepared, planned, folder, runOptions)
    progress.phase('warm up')
    await warmUp(prepared, planned, arranged, runOptions)
    progress.phase('saturate')
    const nextWebhook = streamWebhooks({ ...planned.corpusSettings, secret, from: planned.plan.warmUpCount })
    const ended = (): string[] => listDeaths(arranged.deaths)
    const saturation = await measure({ target: prepared.system.name, url: arranged.environment.intakeUrl, nextWebhook, ended, tell: line => progress.line(line) }, options, signal)
    good = true
    return saturation
  } finally {
    progress.finish(good)
  }
}

interface Measured {
  target: string
  url: string
  nextWebhook: () => Webhook
  ended(): string[]
  tell(line: string): void
}

/** Throws `invalid` where nothing was acknowledged: a rate of refusals is none. */
async function measure({ target, url, nextWebhook, ended, tell }: Measured, { maxConnections, seconds }: SaturateCommandOptions, signal: AbortSignal): Promise<Saturation> {
  const onStep = ({ connections, perSecond }: SaturationStep): void => tell(`${count(connections, 'connection')}: ${inWhole(perSecond)} acked/s`)
  const steps = await saturateIntake({ url, nextWebhook, maxConnections, secondsPerStep: seconds, signal, onStep })
  const knee = kneeOf(steps)
  if (knee === undefined) throw new FloodmarkError('invalid', `${url} acknowledged nothing, so there is no rate to speak of`, { evidence: [...steps.map(describe), ...ended()], hint: "look at the intake's log" })
  return { target, url, closedLoop: true, secondsPerStep: seconds, steps, knee, ended: ended() }
}

function render({ target, url, secondsPerStep, steps, knee, ended }: Saturation): string {
  const highest = steps.reduce((best, step) => (step.perSecond > best.perSecond ? step : best))
  const lines = [
    `${target === url ? '' : `${target}: `}${url}, ${secondsPerStep} s a step, every webhook a new event`,
    '',
    'connections  acked/s  client busy  other answers and errors',
    ...steps.map(describe),
    '',
    `knee: about ${inWhole(knee.perSecond)} webhooks/s at ${count(knee.connections, 'connection')}${highest.connections === knee.connections ? '' : `; the highest was ${inWhole(highest.perSecond)}/s at ${highest.connections}`}`,
    ...(highest.clientBusy >= busyClient ? ['The client was busy all the time: the intake may take more than this machine could send.'] : []),
    ...ended.map(line => `ended under the load: ${line}`),
    'A closed loop waits for each answer, so this is a place to look, never a latency or a verdict. To judge a rate below the knee:',
    '  floodmark run <scenario> --set rate=...',
  ]
  return `\n${lines.join('\n')}\n`
}

function describe({ connections, perSecond, clientBusy, otherAnswers, errors }: SaturationStep): string {
  const others = [...Object.entries(otherAnswers).map(([status, times]) => `${times} x ${status}`), ...(errors > 0 ? [count(errors, 'error')] : [])].join(', ') || 'none'
  return `${String(connections).padStart(11)}  ${inWhole(perSecond).padStart(7)}  ${`${Math.round(clientBusy * 100)} %`.padStart(11)}  ${others}`
}

function inWhole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
