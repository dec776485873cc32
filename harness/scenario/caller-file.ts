import { fileURLToPath } from 'node:url'
import { getCallSites } from 'node:util'

/** The file that called the function that called this one: what relative paths in it are relative to. */
export function callerFile(): string {
  const { scriptName } = getCallSites(3)[2]
  return scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName
}
