// Arranging: programs start after the programs that they connect to, and side by side where neither needs the other.
import type { LinkName } from './links.ts'

/** Groups to start one after the other. Programs that connect to each other in a circle have to cope, and start together. */
export function startOrder(names: readonly string[], links: readonly Pick<LinkName, 'from' | 'to'>[]): string[][] {
  const groups: string[][] = []
  let waiting = [...names]
  while (waiting.length > 0) {
    const free = waiting.filter(name => !links.some(link => link.from === name && link.to !== name && waiting.includes(link.to)))
    const group = free.length > 0 ? free : waiting
    groups.push(group)
    waiting = waiting.filter(name => !group.includes(name))
  }
  return groups
}
