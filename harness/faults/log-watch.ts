// The effect of a fault in a component's own words: what its log says from a moment on.
import { open, stat } from 'node:fs/promises'

const lineLimit = 200
/** Read at a time at most; a log that grows faster is read on at the next look. */
const readBytes = 256 * 1024

export interface LogWatch {
  /** The first line written since the last look that matches, or undefined. */
  find(pattern: RegExp): Promise<string | undefined>
}

/** Watches a component's log from now on. A component without a log never says anything. */
export async function watchLog(file: string | undefined): Promise<LogWatch> {
  let position = file === undefined ? 0 : (await stat(file)).size
  return {
    async find(pattern) {
      if (file === undefined) return undefined
      const handle = await open(file)
      try {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(readBytes), 0, readBytes, position)
        // A line that is still being written is read again, once it has its end.
        const whole = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1
        position += whole
        return buffer.toString('utf8', 0, whole).split('\n').find(line => pattern.test(line))?.slice(0, lineLimit)
      } finally {
        await handle.close()
      }
    },
  }
}
