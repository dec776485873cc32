/** The page of one run: a single file that opens from disk, asks no network, and says the verdict first. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { banner, keyNumbers } from './page/banner.ts'
import { chartData } from './page/chart-data.ts'
import { chartsSection } from './page/chart-figures.ts'
import { checksSection } from './page/checks.ts'
import { controlSection } from './page/control.ts'
import { renderDocument } from './page/document.ts'
import { faultsSection } from './page/faults.ts'
import { html, jsonBlock, Markup } from './page/markup.ts'
import { environmentSection, filesSection, phasesSection, processesSection } from './page/run-facts.ts'
import { storiesSection } from './page/stories.ts'
import { latencySection, throughputSection, timeScaleSection } from './page/timing.ts'
import type { RunRecord, SeriesRecord } from './record.ts'
import { verdictSentence } from './sentence.ts'
import { runVerdicts } from './verdict.ts'

const require = createRequire(import.meta.url)

const toneColours = { good: '1a7f4b', bad: 'c4342b', unsure: '9a6700', void: '6e4bb5' } as const

/** The whole page as text, under 500 KB whatever the run's length. */
export function renderHtml(record: RunRecord, series: SeriesRecord): string {
  const { styles, scripts } = readAssets()
  const { mark, headline, tone } = runVerdicts[record.verdict]
  const icon = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${toneColours[tone]}'/%3E%3C/svg%3E`
  return renderDocument({
    title: `${mark} ${headline}: ${record.scenario.name} on ${record.system.name}`,
    allowed: ['img-src data:', `script-src ${scripts.map(contentHash).join(' ')}`],
    head: html`<meta name="description" content="${verdictSentence(record)}">\n<link rel="icon" href="${new Markup(icon)}">\n`,
    styles,
    body: html`<main>
${banner(record)}
${keyNumbers(record)}
${checksSection(record)}
${chartsSection(record, series)}
${faultsSection(record)}
${controlSection(record)}
${storiesSection(record)}
${latencySection(record)}
<div class="columns">${throughputSection(record)}${timeScaleSection(record)}</div>
<div class="columns">${phasesSection(record)}${processesSection(record)}</div>
${environmentSection(record)}
${filesSection(record)}
</main>
<script type="application/json" id="data">${new Markup(jsonBlock(chartData(record, series)))}</script>
${scripts.map(script => html`<script>${new Markup(script)}</script>`)}`,
  })
}

interface Assets {
  styles: string[]
  scripts: string[]
}

/** Parts of the page's own script, in the order in which they build on each other. */
const scriptParts = ['data', 'axes', 'bands', 'cursor', 'table', 'charts']

/** Read from disk on use: uPlot from its package, our own from beside this file, in a checkout and in the published package alike. */
function readAssets(): Assets {
  const read = (path: string | URL): string => readFileSync(path, 'utf8').trim()
  return {
    styles: [read(require.resolve('uplot/dist/uPlot.min.css')), read(new URL('page/page.css', import.meta.url))],
    scripts: [read(require.resolve('uplot/dist/uPlot.iife.min.js')), `'use strict'\n{\n${scriptParts.map(part => flatten(read(new URL(`page/script/${part}.mjs`, import.meta.url)))).join('\n')}\n}`],
  }
}

/** A part as it stands among the others in one script: browsers import no modules from a file on disk. */
function flatten(module: string): string {
  return module.replace(/^import .*\n/gm, '').replace(/^export /gm, '')
}

/** Only these scripts may run: should text of the record ever become markup, its script still would not. */
function contentHash(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`
}
