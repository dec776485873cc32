// Where a service reads its environment variables: once, at its start, all problems at once.

/** Turns the text of one variable into its value; throws an Error that says what would be right. */
export type Reader<T> = (text: string | undefined) => T

type Values<R extends Record<string, Reader<unknown>>> = { [K in keyof R]: ReturnType<R[K]> }

/** Environment variables that are missing or wrong. The message names each of them and what it must be. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

/** The values of the named environment variables. Throws one `SettingsError` that lists every problem; values are never repeated in it, since some are secrets. */
export function readSettings<R extends Record<string, Reader<unknown>>>(readers: R, environment: NodeJS.ProcessEnv = process.env): Values<R> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, read] of Object.entries(readers)) {
    const text = environment[name]
    try {
      values[name] = read(text === '' ? undefined : text)
    } catch (error) {
      problems.push(`  ${name} ${(error as Error).message}`)
    }
  }
  if (problems.length > 0) throw new SettingsError(`environment variables:\n${problems.join('\n')}`)
  return values as Values<R>
}

/** Any text. Without a fallback it must be set. */
export function text(fallback?: string): Reader<string> {
  return value => given(value, fallback)
}

/** An absolute URL with one of these schemes (`http`, `nats`, ...). */
export function url(schemes: readonly string[], fallback?: string): Reader<string> {
  return value => {
    const found = given(value, fallback)
    if (!URL.canParse(found) || !schemes.includes(new URL(found).protocol.slice(0, -1))) throw new Error(`must be a URL with ${schemes.join(' or ')}`)
    return found
  }
}

/** Absolute URLs with one of these schemes, with commas between them; at least one. */
export function urls(schemes: readonly string[]): Reader<readonly string[]> {
  const read = url(schemes)
  return value => given(value, undefined).split(',').map(part => read(part.trim()))
}

/** A whole number within bounds. Fractions are rounded, since a time that was shrunk by a factor is seldom whole. */
export function wholeNumber({ fallback, min = 0, max = Number.MAX_SAFE_INTEGER }: { fallback?: number; min?: number; max?: number }): Reader<number> {
  return value => {
    const found = Math.round(Number(given(value, fallback?.toString())))
    if (!(found >= min && found <= max)) throw new Error(`must be a number from ${min} to ${max}`)
    return found
  }
}

/** One of the given words. */
export function oneOf<const T extends string>(words: readonly T[], fallback: T): Reader<T> {
  return value => {
    const found = words.find(word => word === (value ?? fallback))
    if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`)
    return found
  }
}

/** Words between commas. */
export function list(fallback: readonly string[]): Reader<readonly string[]> {
  return value => value?.split(',').map(word => word.trim()).filter(word => word !== '') ?? fallback
}

/** `name=url` pairs between commas; at least one. */
export function namedUrls(): Reader<ReadonlyMap<string, string>> {
  return value => {
    const pairs = given(value, undefined).split(',').map(pair => /^\s*([\w-]+)=(https?:\/\/\S+?)\s*$/.exec(pair))
    if (pairs.some(pair => pair === null || !URL.canParse(pair[2]))) throw new Error('must be name=http://host:port/path, more of them after commas')
    return new Map(pairs.map(pair => [pair![1], pair![2]]))
  }
}

function given(value: string | undefined, fallback: string | undefined): string {
  const found = value ?? fallback
  if (found === undefined) throw new Error('must be set')
  return found
}
