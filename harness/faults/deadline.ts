// Installing and healing never wait longer than they may: a proxy's API can hang, a process may never come back.

/** What `work` comes to, or an error that names it once `limitMs` have passed. The work itself is not stopped, only no longer waited for. */
export async function within<T>(what: string, limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs)
  })
  // Whoever loses the race may still fail later, with nobody listening.
  work.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
