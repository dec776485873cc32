// One build of a tool at a time, whoever of this machine wants it: side by side two would compile everything twice, and each take twice as long.
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { sleep } from '../clock.ts'

const pollMs = 250
/** Whoever builds says so as often; one that has not for so long is gone. */
const signEveryMs = 5_000
const staleMs = 30_000

/** Takes the lock as soon as nobody has it, and calls `waiting` once if somebody does. Disposing gives it back; a holder that was killed loses it after half a minute. */
export async function takeBuildLock(path: string, waiting: () => void, signal?: AbortSignal): Promise<Disposable> {
  let told = false
  while (!tryLock(path)) {
    if (!told) waiting()
    told = true
    // Two that find the same stale lock may both build: no harm, only time.
    if (ageMs(path) > staleMs) rmSync(path, { force: true })
    else await sleep(pollMs, signal)
  }
  const pulse = setInterval(() => sign(path), signEveryMs)
  return {
    [Symbol.dispose]() {
      clearInterval(pulse)
      rmSync(path, { force: true })
    },
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** 0 where it has just been given back. */
function ageMs(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
}

function sign(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // Somebody took it for stale: both build, and the later one's file stays.
  }
}
