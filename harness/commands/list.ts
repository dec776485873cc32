// `floodmark list`: what ships, so that nobody has to know the folders.
import { relative } from 'node:path'
import { faultKind } from '../faults/registry.ts'
import { loadScenario, loadSystem, shipped } from '../scenario/load.ts'
import type { ExitName } from '../exit-codes.ts'

interface Listing {
  scenarios: { name: string; hypothesis: string; system: string; parameters: Record<string, unknown>; containersOnly: boolean; file: string }[]
  systems: { name: string; components: string[]; roles: Record<string, string>; destinations: string[]; file: string }[]
}

export async function list({ json = false }: { json?: boolean }): Promise<ExitName> {
  const listing = await readListing()
  process.stdout.write(json ? `${JSON.stringify(listing)}\n` : renderListing(listing))
  return 'pass'
}

async function readListing(): Promise<Listing> {
  const listing: Listing = { scenarios: [], systems: [] }
  for (const [name, file] of shipped('scenario')) {
    const { hypothesis, system, parameters, faults } = await loadScenario(file)
    const containersOnly = faults(parameters).some(({ kind }) => faultKind(kind)?.needsContainers)
    listing.scenarios.push({ name, hypothesis, system: system.name, parameters, containersOnly, file })
  }
  for (const [name, file] of shipped('system')) {
    const { components, roles, destinations } = await loadSystem(file)
    listing.systems.push({ name, components: Object.keys(components), roles, destinations: Object.keys(destinations), file })
  }
  return listing
}

function renderListing({ scenarios, systems }: Listing): string {
  const width = Math.max(...[...scenarios, ...systems].map(row => row.name.length)) + 2
  const scenarioRows = scenarios.map(({ name, hypothesis, parameters, containersOnly }) => {
    const settings = [...(containersOnly ? ['--env containers'] : []), ...Object.entries(parameters).map(([key, value]) => `--set ${key}=${String(value)}`)]
    return `  ${name.padEnd(width)}${hypothesis}\n  ${' '.repeat(width)}${settings.join(' ')}`
  })
  const systemRows = systems.map(({ name, components, destinations }) => `  ${name.padEnd(width)}${components.join(', ')} → ${destinations.join(', ')}`)
  const folder = scenarios.length === 0 ? '' : `\nFiles to copy from: ${relative(process.cwd(), scenarios[0].file).replace(/[/\\][^/\\]*$/, '')}\n`
  return `Scenarios\n${scenarioRows.join('\n')}\n\nSystems\n${systemRows.join('\n')}\n${folder}`
}
