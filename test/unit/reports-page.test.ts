import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../reports/html.ts'
import { type chartData, thinSeries } from '../../reports/page/chart-data.ts'
import { html, jsonBlock } from '../../reports/page/markup.ts'
import { runRecord, type SeriesRecord, seriesRecord } from '../../reports/record.ts'
import { writeJUnit, writeReports } from '../../reports/write.ts'
import { brokenRecord, outageSeries, passedRecord, recordWithVerdict } from '../fixtures/record.ts'

const nasty = `</script><script>window.broken = 1</script><!--<img src=x onerror=alert(1)>"'&\u2028`

function rowsOf(series: SeriesRecord, from: number, to: number): SeriesRecord {
  return seriesRecord.parse(Object.fromEntries(Object.entries(series).map(([key, values]) => [key, key === 'second' ? values.slice(0, to - from) : values.slice(from, to)])))
}

/** The page's data block, read as a browser reads it: up to the first end tag. */
function dataOf(page: string): ReturnType<typeof chartData> {
  return JSON.parse(/<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page)![1])
}

describe('the run record', () => {
  it('survives the disk unchanged', () => {
    for (const record of [passedRecord(), brokenRecord()]) expect(runRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
    expect(seriesRecord.parse(JSON.parse(JSON.stringify(outageSeries())))).toEqual(outageSeries())
  })

  it('is all that reports know: they import nothing of the harness or a system', () => {
    const files = readdirSync('reports', { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
    const foreign = files.filter(file => /from '(?:\.\.\/)+(?:harness|system|scenarios)\//.test(readFileSync(join('reports', file), 'utf8')))
    expect(files.length).toBeGreaterThan(10)
    expect(foreign).toEqual([])
  })
})

describe('markup', () => {
  it('escapes whatever is put in and nothing else', () => {
    expect(html`<p title="${'"'}">${'<b>'}${html`<i>${1}</i>`}${['&', html`<u>`]}${undefined}</p>`.source).toBe('<p title="&quot;">&lt;b&gt;<i>1</i>&amp;<u></p>')
  })

  it('keeps data inside its block', () => {
    const block = jsonBlock({ text: nasty })
    expect(block).not.toMatch(/<|\u2028/)
    expect(JSON.parse(block)).toEqual({ text: nasty })
  })
})

describe('the page', () => {
  it('says the verdict, the sentence, the exit code and the hypothesis before anything else', () => {
    const page = renderHtml(passedRecord(), outageSeries())
    const order = ['<h1>', 'none was lost.', 'A third of the noon peak', '0, pass: every check passed', ...['numbers', 'checks', 'charts', 'faults', 'orders', 'latency', 'throughput', 'scale', 'phases', 'processes', 'environment', 'again'].map(id => `<h2 id="${id}"`), 'npx floodmark run queue-outage --seed 20261127']
    const places = order.map(text => page.indexOf(text, page.indexOf('<body>')))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('states how the load was scaled and spaced, and claims that nothing was scaled only where that is so', () => {
    const record = passedRecord()
    const page = renderHtml({ ...record, timeScale: 1, plan: { ...record.plan, spacing: 'poisson' } }, outageSeries())
    expect(page).toContain('The load was scaled: noonStep: 2 h at 1/96 of its time. The retry schedule was not scaled.')
    expect(page).toContain('as a Poisson process has them')
    expect(renderHtml({ ...record, timeScale: 1, plan: { ...record.plan, scales: [] } }, outageSeries())).toContain('Nothing was scaled')
  })

  it.each(['pass', 'broken', 'missed', 'unknown', 'invalid'] as const)('marks %s by word and sign, not by colour alone', verdict => {
    expect(renderHtml(recordWithVerdict(verdict), outageSeries())).toMatch({ pass: /<\/span>Pass<\/h1>/, broken: /✗<\/span>Broken<\/h1>/, missed: /✗<\/span>Objective missed<\/h1>/, unknown: /\?<\/span>Unknown<\/h1>/, invalid: /!<\/span>Invalid run<\/h1>/ }[verdict])
  })

  it('asks for nothing outside itself', () => {
    const page = renderHtml(brokenRecord(), outageSeries(110, 55)).replaceAll("xmlns='http://www.w3.org/2000/svg'", '')
    expect(page).not.toMatch(/(?:src|href)=["'](?:https?:)?\/\//)
    expect(page).not.toMatch(/@import ['"u]|url\(/)
    expect(page).toContain("default-src 'none'")
  })

  it('holds text of the record as text only', () => {
    const record = brokenRecord()
    record.scenario.hypothesis = nasty
    record.system.name = nasty
    record.faults[0] = { ...record.faults[0], target: nasty, kind: nasty, evidence: [nasty], parameters: { [nasty]: nasty } }
    record.checks[0] = { ...record.checks[0], name: nasty, observed: nasty, expected: nasty, evidence: [nasty] }
    record.stories[0] = { ...record.stories[0], order: nasty, shop: nasty, topic: nasty, why: nasty, arrivals: [{ destination: nasty, firstAt: null, arrivals: 0, effects: 0 }] }
    record.deaths = [{ name: nasty, harness: false, how: nasty, lastLines: [nasty], at: 5 }]
    record.unsentReasons = { [nasty]: 3 }
    record.environment.versions = { [nasty]: nasty }
    record.command = ['run', nasty]
    record.files = { ...record.files, events: nasty, logs: [nasty, 'javascript:alert(1)'] }
    const page = renderHtml(record, outageSeries())
    // The two scripts and the data block of the page itself, and no other.
    expect(page.match(/<script/g)).toHaveLength(3)
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<!--')
    expect(page).not.toContain('href="javascript')
    expect(dataOf(page).bands[0].label).toContain('</script>')
  })

  it('draws every chart of a five-second run', () => {
    const page = renderHtml({ ...passedRecord(), faults: [] }, rowsOf(outageSeries(), 18, 23))
    const data = dataOf(page)
    expect(data.second).toEqual([0, 1, 2, 3, 4])
    expect(data.values.planned).toEqual([150, 150, 600, 600, 600])
    expect(page.match(/<figure data-chart=/g)).toHaveLength(6)
    expect(page).toContain('No fault was asked for.')
  })

  it('says so where nothing was measured', () => {
    expect(renderHtml({ ...passedRecord(), faults: [], stories: [] }, rowsOf(outageSeries(), 0, 0))).toContain('Nothing was measured')
  })

  it('describes each chart in words', () => {
    expect(renderHtml(passedRecord(), outageSeries())).toContain('aria-label="Backlog over time. backlog: from 0 to 5,700, highest at 66.00 s."')
  })

  it('stays under 500 KB after twelve hours with hundreds of faults', () => {
    const record = brokenRecord()
    record.faults = Array.from({ length: 500 }, (_, index) => ({ ...record.faults[0], id: `fault-${index}`, installedAt: index * 80_000, healedAt: index * 80_000 + 40_000 }))
    record.plan.durationMs = 43_200_000
    const page = renderHtml(record, outageSeries(43_200, 55))
    expect(page.length).toBeLessThan(500_000)
    expect(page).toContain('Each step spans 36 seconds')
  })
})

describe('thinning', () => {
  it('leaves a short series alone', () => {
    const series = outageSeries(110)
    expect(thinSeries(series)).toMatchObject({ spanSeconds: 1, second: series.second, values: { planned: series.planned, delayP99Ms: series.delayP99Ms } })
  })

  it('takes means of rates, the worst of percentiles, and keeps gaps', () => {
    const series = rowsOf(outageSeries(), 0, 5)
    series.planned = [10, 20, 30, 50, 7]
    series.backlog = [1, 9, 2, 0, 4]
    series.delayP99Ms = [null, null, 5, null, 3]
    expect(thinSeries(series, 3)).toMatchObject({ spanSeconds: 2, second: [0, 2, 4], values: { planned: [15, 40, 7], backlog: [9, 2, 4], delayP99Ms: [null, 5, 3] } })
  })
})

describe('files', () => {
  it('appear whole, and no draft stays behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'floodmark-report-'))
    try {
      expect(await writeReports(folder, passedRecord(), outageSeries())).toBe(join(folder, 'report.html'))
      await writeJUnit(join(folder, 'junit.xml'), [passedRecord()])
      expect((await readdir(folder)).toSorted()).toEqual(['junit.xml', 'report.html'])
      expect(await readFile(join(folder, 'report.html'), 'utf8')).toMatch(/<\/html>\n$/)
      await expect(writeJUnit(join(folder, 'report.html', 'below-a-file.xml'), [])).rejects.toThrow('ENOTDIR')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
