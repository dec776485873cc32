// What is told when a scenario or system file cannot be imported: the line that is wrong rather than Node's own stack.
import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { causeOf, FloodmarkError } from '../errors.ts'

const checkLimitMs = 10_000
/** Frames of the harness itself say nothing about the user's file. */
const ownFolder = new URL('../', import.meta.url).href
const hints: Record<string, string> = {
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: 'Node strips types and compiles nothing: no enums, namespaces, parameter properties or decorators',
  ERR_MODULE_NOT_FOUND: 'relative imports carry their extension (./pipeline.ts); packages must be installed where the file lies',
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING: 'Node runs no .ts files under node_modules: copy the file into your project',
  ERR_UNKNOWN_FILE_EXTENSION: 'a scenario or system file is TypeScript or JavaScript: .ts, .mts, .js or .mjs',
}

/** The error of an import as a usage error: message, and the place in the user's file. */
export function loadFailure(kind: string, file: string, error: unknown): FloodmarkError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const problem = error instanceof SyntaxError ? 'is not valid' : 'could not be loaded'
  return new FloodmarkError('usage', `${kind} ${shortPath(file)} ${problem}: ${causeOf(error)}`, { hint: hints[code], evidence: placeOf(file, error), cause: error })
}

/** Lines that show where it went wrong: the code frame that Node puts before a stack, or the innermost frame outside Node, floodmark and node_modules. */
function placeOf(file: string, error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return []
  const codeFrame = frameOf(error.stack)
  if (codeFrame.length > 0) return codeFrame
  if (error instanceof SyntaxError) return frameOf(checkSyntax(file))
  const frame = error.stack.split('\n').find(line => /^\s+at .*file:/.test(line) && !line.includes(ownFolder) && !line.includes('/node_modules/'))
  return frame === undefined ? [] : [readable(frame.trim())]
}

/** `file:line`, the line and its caret, which Node writes before the name of a syntax error. */
function frameOf(text: string): string[] {
  const lines = text.split('\n')
  const end = lines.findIndex(line => /^\s*\^+\s*$/.test(line))
  return end < 1 ? [] : [readable(lines[0]), ...lines.slice(1, end + 1)]
}

/** V8 leaves the place out of a syntax error in a `.js` module; Node's own check prints it. */
function checkSyntax(file: string): string {
  return spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: checkLimitMs }).stderr
}

function readable(text: string): string {
  return text.replace(/file:\/\/[^\s()]*/, url => url.replace(/^(.*?)((?::\d+)*)$/, (_, path: string, place: string) => fileURLToPath(path) + place))
}

function shortPath(file: string): string {
  const short = relative(process.cwd(), file)
  return short.startsWith('..') ? file : short
}
