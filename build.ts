/**
 * `npm run build`: compiles what is published to dist/ and puts beside it what is no TypeScript (SQL, the Go tools module, the report page's
 * files), since Node runs no `.ts` under node_modules. The engine for machines without a registry stays in the repository.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folders = ['harness', 'system', 'scenarios', 'reports']

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

rmSync(path('dist'), { recursive: true, force: true })
const compiled = spawnSync(process.execPath, [path('node_modules/typescript/bin/tsc'), '-p', path('tsconfig.build.json')], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)
for (const folder of folders) cpSync(path(folder), path(`dist/${folder}`), { recursive: true, filter: source => !/(\.ts|tsconfig\.json|without-registry)$/.test(source) })
