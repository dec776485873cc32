// Options that several commands have, and how values are read that are more than a text.
import { InvalidArgumentError, Option } from 'commander'
import { durationMs } from '../scenario/duration.ts'

const maxSeed = 2 ** 32 - 1

export function seedOption(description: string): Option {
  return new Option('--seed <number>', description).argParser(readSeed).default(1)
}

export function settingOption(): Option {
  return new Option('--set <key=value>', 'change a parameter that the scenario declares, such as rate=900; repeatable').argParser(addSetting).default({}, 'none')
}

export function hostOption(description: string): Option {
  return new Option('--allow-host <host>', description).argParser((host: string, hosts: string[]) => [...hosts, host]).default([], 'none')
}

/** A whole number above zero. */
export function readPositive(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isInteger(number) || number < 1) throw new InvalidArgumentError('must be a whole number above 0')
  return number
}

/** Names separated by commas. */
export function readList(text: string): string[] {
  const names = text.split(',').map(name => name.trim()).filter(name => name !== '')
  if (names.length === 0) throw new InvalidArgumentError('must be names separated by commas')
  return names
}

/** A duration longer than zero. */
export function readDuration(text: string): string {
  if (!(durationMs(text)! > 0)) throw new InvalidArgumentError('must be a duration longer than zero, such as 500ms, 35s or 15m')
  return text
}

function readSeed(text: string): number {
  const seed = Number(text)
  if (text.trim() === '' || !Number.isInteger(seed) || seed < 0 || seed > maxSeed) throw new InvalidArgumentError(`must be a whole number from 0 to ${maxSeed}`)
  return seed
}

/** Adds one `--set key=value`. Whether the scenario knows the key, and the value's type, is validation's to say. */
function addSetting(text: string, settings: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('must be key=value, such as rate=900')
  return { ...settings, [text.slice(0, equals)]: text.slice(equals + 1) }
}
