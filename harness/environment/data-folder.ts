// Arranging: where servers keep their data during the run.
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FloodmarkError } from '../errors.ts'
import { canEnter, type UserIds } from './unprivileged-user.ts'

/**
 * A fresh folder under the run's own, so that data is on the disk that the user chose; where `user` may not enter that one, as in root's home,
 * in a temporary folder instead. Throws `unavailable` where there is none.
 */
export function makeDataFolder(runFolder: string, user: UserIds | undefined): string {
  mkdirSync(runFolder, { recursive: true })
  const places = user ? [runFolder, tmpdir(), '/var/tmp', '/tmp'] : [runFolder]
  const place = places.find(folder => !user || canEnter(folder, user))
  if (!place) {
    throw new FloodmarkError('unavailable', `PostgreSQL must run as uid ${user?.uid}, who may enter none of ${places.join(', ')}`, { hint: 'set TMPDIR to a folder that everybody may enter' })
  }
  const folder = mkdtempSync(join(place, 'floodmark-data-'))
  if (user) chmodSync(folder, 0o711)
  return folder
}
