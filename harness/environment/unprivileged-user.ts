// Arranging as root: PostgreSQL refuses to run as root, so it runs as `nobody`, who is on every machine and owns nothing there.
import { constants, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface UserIds {
  uid: number
  gid: number
}

/** Whom to run PostgreSQL as, or undefined where that is simply ourselves. */
export function unprivilegedUser(): UserIds | undefined {
  if (process.getuid?.() !== 0) return undefined
  const entry = readFileSync('/etc/passwd', 'utf8').split('\n').find(line => line.startsWith('nobody:'))
  const [, , uid, gid] = entry?.split(':') ?? []
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) }
}

/** Whether a user may walk all the way down into a folder: a run in root's home is closed to everybody else. */
export function canEnter(folder: string, { uid, gid }: UserIds): boolean {
  try {
    for (let at = folder; ; at = dirname(at)) {
      const found = statSync(at)
      const bit = found.uid === uid ? constants.S_IXUSR : found.gid === gid ? constants.S_IXGRP : constants.S_IXOTH
      if ((found.mode & bit) === 0) return false
      if (at === dirname(at)) return true
    }
  } catch {
    return false
  }
}
