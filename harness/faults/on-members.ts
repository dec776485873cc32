// A fault on a component of several processes, or on the links of one, is the same fault on each of them at once: one record, one window.
import type { FaultKind, ResolvedFault, Sighting, Watch } from './fault.ts'

/** The kind as it is done to a resolved fault's target: to each of its members where it has several, else as it is. Keeps state: one for each fault. */
export function onMembers(kind: FaultKind, { members }: Pick<ResolvedFault, 'members'>): FaultKind {
  if (members === undefined || kind.isWhole) return kind
  const installed = new Map<string, string>()
  return {
    ...kind,
    undo: environment => members.flatMap(member => kind.undo(environment, member)),
    async watch(environment, _target, ...rest) {
      const made: Watch[] = []
      try {
        const watches = await each(members, async member => {
          const watch = await kind.watch(environment, member, ...rest)
          made.push(watch)
          return watch
        })
        return watchAll(members, watches, installed)
      } catch (error) {
        for (const watch of made) watch.close()
        throw error
      }
    },
    async install(environment, _target, ...rest) {
      const done = await each(members, async member => {
        const what = await kind.install(environment, member, ...rest)
        installed.set(member, what)
        return what
      })
      return listed(members, done)
    },
    probeInstalled: async (environment, _target, ...rest) => allOf(members, await each(members, member => kind.probeInstalled(environment, member, ...rest))),
    heal: async (environment, _target, ...rest) => void await each(members, member => kind.heal(environment, member, ...rest)),
    forceHeal: async (environment, _target, ...rest) => void await each(members, member => kind.forceHeal(environment, member, ...rest)),
    probeHealed: async (environment, _target, ...rest) => allOf(members, await each(members, member => kind.probeHealed(environment, member, ...rest))),
  }
}

/** Seen when it has been seen on every member, each at its own moment. */
function watchAll(members: readonly string[], watches: readonly Watch[], installed: ReadonlyMap<string, string>): Watch {
  const seen = new Map<string, Sighting>()
  return {
    before: listed(members, watches.map(watch => watch.before)),
    async look() {
      await each(members.filter(member => !seen.has(member)), async member => {
        const sighting = await watches[members.indexOf(member)].look(installed.get(member) ?? '')
        if (sighting) seen.set(member, sighting)
      })
      if (seen.size < members.length) return undefined
      return { by: seen.get(members[0])!.by, evidence: listed(members, members.map(member => seen.get(member)?.evidence)) }
    },
    close() {
      for (const watch of watches) watch.close()
    },
  }
}

/** Side by side. One that fails does not keep the others from being waited for: nothing of a fault may still be under way when it is healed. */
async function each<T>(members: readonly string[], work: (member: string) => Promise<T>): Promise<T[]> {
  const outcomes = await Promise.allSettled(members.map(work))
  const failures = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [{ member: members[index], cause: outcome.reason as unknown }] : []))
  if (failures.length > 0) throw new Error(failures.map(({ member }) => member).join(', '), { cause: failures[0].cause })
  return outcomes.map(outcome => (outcome as PromiseFulfilledResult<T>).value)
}

function allOf(members: readonly string[], seen: readonly (string | undefined)[]): string | undefined {
  return seen.every(one => one !== undefined) ? listed(members, seen) : undefined
}

/** What is the same everywhere is said once. */
function listed(members: readonly string[], texts: readonly (string | undefined)[]): string {
  return texts.length > 1 && new Set(texts).size === 1 ? `${members.join(', ')}: ${texts[0]}` : members.map((member, index) => `${member}: ${texts[index]}`).join('; ')
}
