// Looks at where output is to go before anything is started: a full disk is said before the flood, not after.
import { access, constants, mkdir, open, rm, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { causeOf, FloodmarkError } from '../errors.ts'

/** What a run of a million events, its logs and a queue's store come to, with room to spare. */
const neededBytes = 1024 ** 3

/** Makes the folder where needed, writes a file into it and looks at the space left. Throws exit 69 with what is in the way. */
export async function checkOutFolder(out: string): Promise<void> {
  const folder = resolve(out)
  const probe = join(folder, `.floodmark-${process.pid}`)
  try {
    await mkdir(folder, { recursive: true })
    const file = await open(probe, 'w')
    // A full disk takes an empty file and refuses its first block.
    await file.write(Buffer.alloc(4_096)).finally(() => file.close())
    await rm(probe)
  } catch (error) {
    await rm(probe, { force: true }).catch(() => {})
    throw new FloodmarkError('unavailable', `cannot write run records to ${folder}: ${causeOf(error)}`, { hint: 'name a folder that can be written with --out', cause: error })
  }
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < neededBytes) {
    throw new FloodmarkError('unavailable', `only ${inMegabytes(bavail * bsize)} MB are free at ${folder}, a run may need ${inMegabytes(neededBytes)} MB`, { hint: 'free some space or name another folder with --out' })
  }
}

/** Throws exit 69 where no file can be made at this path. */
export async function checkOutFile(option: string, path: string): Promise<void> {
  const folder = dirname(resolve(path))
  try {
    await access(folder, constants.W_OK)
  } catch (error) {
    throw new FloodmarkError('unavailable', `cannot write ${path}: ${causeOf(error)}`, { hint: `name a file in a folder that can be written with ${option}`, cause: error })
  }
}

function inMegabytes(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2)
}
