// `floodmark export`: a scenario's flood for a load generator that runs without floodmark.
import { readdir } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { FloodmarkError } from '../errors.ts'
import type { ExitName } from '../exit-codes.ts'
import { exportK6 } from '../load/k6/export.ts'
import { usersFor } from '../load/k6/limits.ts'
import { compileFor } from '../phases/plan.ts'
import { createCorpus } from '../platform/corpus.ts'
import { loadReplacement, loadScenario } from '../scenario/load.ts'
import { prepare } from '../scenario/prepare.ts'
import { checkOutFolder } from './out-folder.ts'

export interface ExportOptions {
  seed: number
  out?: string
  system?: string
  set: Record<string, string>
}

/** Writes the flood of a scenario for k6. Throws exit 64 for a scenario that k6 cannot send, and for a folder that holds something else. */
export async function exportToK6(name: string, { seed, out, system: systemName, set }: ExportOptions): Promise<ExitName> {
  const replacement = await loadReplacement(systemName)
  const prepared = prepare(await loadScenario(name), { set, replacement, engine: 'k6' })
  const { scenario, system, load } = prepared
  const folder = resolve(out ?? `k6-${scenario.name}`)
  await refuseOtherFiles(folder)
  await checkOutFolder(folder)
  const plan = compileFor(prepared, seed)
  await exportK6(folder, {
    plan, seed,
    scenario: scenario.name,
    shape: load.shape,
    corpus: createCorpus({ seed, shops: plan.shops, topics: plan.topics }),
    path: system.intake.path,
    retries: load.retries,
    users: usersFor(plan, load.retries, load.maxSockets),
  })
  process.stdout.write(`${plan.eventCount - plan.warmUpCount} webhooks over ${plan.floodMs / 1_000} s in ${relative(process.cwd(), folder) || '.'}; README.md there says how to send them\n`)
  return 'pass'
}

/** An export may be made again into its own folder, which has its script. */
async function refuseOtherFiles(folder: string): Promise<void> {
  const files = await readdir(folder).catch((): string[] => [])
  if (files.length === 0 || (files.includes('script.js') && files.includes('flood.json'))) return
  throw new FloodmarkError('usage', `${folder} holds other files`, { hint: 'name a folder that is empty, or not there yet, with --out' })
}
