import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRecord, SeriesRecord } from '../../reports/record.ts'
import { writeReports } from '../../reports/write.ts'
import { brokenRecord, outageSeries, passedRecord } from '../fixtures/record.ts'

// A real browser opens the file from disk. Needs Chromium, so `npm test` leaves it out and CI runs it.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

let browser: Browser
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'floodmark-page-'))
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
})

afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

interface OpenedPage {
  page: Page
  /** Whatever the browser complained about or asked for beside the file itself. */
  complaints: string[]
  [Symbol.asyncDispose](): Promise<void>
}

async function openReport(record: RunRecord, series: SeriesRecord, { width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {}): Promise<OpenedPage> {
  const file = pathToFileURL(await writeReports(folder, record, series)).href
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
  const complaints: string[] = []
  page.on('console', message => complaints.push(`console: ${message.text()}`))
  page.on('pageerror', error => complaints.push(`error: ${error.message}`))
  page.on('dialog', dialog => { complaints.push(`dialog: ${dialog.message()}`); void dialog.dismiss() })
  page.on('request', request => { if (request.url() !== file && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`) })
  await page.goto(file)
  await page.waitForFunction("document.querySelectorAll('.plot canvas').length === 6")
  return { page, complaints, [Symbol.asyncDispose]: () => page.close() }
}

/** Coloured pixels on each chart's canvas: lines have colours, axes and grid are grey. */
async function inkOf(page: Page): Promise<number[]> {
  return page.$$eval('.plot canvas', canvases => canvases.map((canvas: any) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let coloured = 0
    for (let index = 0; index < data.length; index += 4) if (data[index + 3] > 200 && Math.max(data[index], data[index + 1], data[index + 2]) - Math.min(data[index], data[index + 1], data[index + 2]) > 60) coloured++
    return coloured
  }))
}

function fiveSeconds(): SeriesRecord {
  return Object.fromEntries(Object.entries(outageSeries()).map(([key, values]) => [key, key === 'second' ? [0, 1, 2, 3, 4] : values.slice(18, 23)])) as SeriesRecord
}

describe('the report in a browser', () => {
  it.each(['light', 'dark'] as const)('opens from disk in %s, draws every chart, asks for nothing and complains of nothing', async colorScheme => {
    await using opened = await openReport(passedRecord(), outageSeries(), { colorScheme })
    expect(await opened.page.title()).toBe('✓ Pass: queue-outage on reference')
    for (const coloured of await inkOf(opened.page)) expect(coloured).toBeGreaterThan(300)
    expect(opened.complaints).toEqual([])
  })

  it('shades the fault at the same place in every chart and names it once', async () => {
    await using opened = await openReport(passedRecord(), outageSeries())
    const places = await opened.page.$$eval('.plot', plots => plots.map(plot => {
      const over = plot.querySelector('.u-over')!.getBoundingClientRect()
      const band = plot.querySelector('.band')!.getBoundingClientRect()
      return [(band.left - over.left) / over.width, band.width / over.width]
    }))
    expect(places).toHaveLength(6)
    for (const [left, width] of places) {
      expect(left).toBeCloseTo(30.012 / 110, 2)
      expect(width).toBeCloseTo(22.398 / 110, 2)
    }
    expect(await opened.page.locator('.band-label').allTextContents()).toEqual(['1 kill queue'])
  })

  it('draws a five-second run in full', async () => {
    await using opened = await openReport({ ...passedRecord(), faults: [], plan: { ...passedRecord().plan, durationMs: 5_000 } }, fiveSeconds())
    for (const coloured of await inkOf(opened.page)) expect(coloured).toBeGreaterThan(300)
    expect(opened.complaints).toEqual([])
  })

  it('reads out one instant in all charts, by mouse and by keyboard', async () => {
    await using opened = await openReport(passedRecord(), outageSeries())
    const { page } = opened
    await page.locator('[data-chart="rate"]').scrollIntoViewIfNeeded()
    const plot = (await page.locator('[data-chart="rate"] .u-over').boundingBox())!
    await page.mouse.move(plot.x + plot.width * (40.5 / 110), plot.y + 20)
    await expect.poll(() => page.locator('.instant').allTextContents()).toEqual(Array.from({ length: 6 }, () => '40 s'))
    expect(await page.locator('[data-chart="rate"] output').allTextContents()).toEqual(['3,600', '600', '0'])
    await page.mouse.move(2, 2)
    await page.locator('[data-chart="backlog"] .plot').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('[data-chart="delay"] .instant').textContent()).toBe('1 s')
    expect(await page.locator('[data-chart="backlog"] .plot').getAttribute('aria-valuetext')).toBe('at 1 s: backlog 0')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('[data-chart="rate"] output').first().textContent()).toBe('peak 4,200')
  })

  it('zooms all charts together', async () => {
    await using opened = await openReport(passedRecord(), outageSeries())
    const { page } = opened
    await page.locator('[data-chart="rate"]').scrollIntoViewIfNeeded()
    const widthOf = (chart: string): Promise<number> => page.locator(`[data-chart="${chart}"] .band`).evaluate(band => band.getBoundingClientRect().width)
    const before = await widthOf('delay')
    const plot = (await page.locator('[data-chart="rate"] .u-over').boundingBox())!
    await page.mouse.move(plot.x + plot.width * 0.2, plot.y + 30)
    await page.mouse.down()
    await page.mouse.move(plot.x + plot.width * 0.7, plot.y + 30, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => widthOf('delay')).toBeGreaterThan(before * 1.8)
    await page.mouse.dblclick(plot.x + 50, plot.y + 30)
    await expect.poll(() => widthOf('delay')).toBeCloseTo(before, 0)
  })

  it('shows the numbers as a table on demand', async () => {
    await using opened = await openReport(passedRecord(), outageSeries())
    await opened.page.locator('#table > summary').click()
    await expect.poll(() => opened.page.locator('#table tbody tr').count()).toBe(110)
    expect(await opened.page.locator('#table tbody tr').nth(45).locator('td').allTextContents()).toEqual(expect.arrayContaining(['45', '4,200', '600']))
  })

  it.each([1280, 820, 400])('fits %i pixels without sideways scrolling', async width => {
    await using opened = await openReport(brokenRecord(), outageSeries(110, 55), { width })
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  })

  it('keeps hostile text inert', async () => {
    const nasty = `</script></pre><script>alert('script')</script><img src="x" onerror="alert('image')"><svg onload="alert('svg')">`
    const record = brokenRecord()
    record.checks[0] = { ...record.checks[0], name: nasty, observed: nasty, evidence: [nasty] }
    record.faults[0] = { ...record.faults[0], target: nasty, evidence: [nasty] }
    record.stories[0] = { ...record.stories[0], order: nasty, shop: nasty }
    record.deaths = [{ name: 'worker', harness: false, how: 'exit code 1', lastLines: [nasty], at: 31_000 }]
    await using opened = await openReport(record, outageSeries())
    expect(opened.complaints).toEqual([])
    expect(await opened.page.locator('img, svg').count()).toBe(0)
    expect(await opened.page.locator('.deaths pre').textContent()).toBe(nasty)
  })

  it('would not run a script even if one became markup', async () => {
    await using opened = await openReport(passedRecord(), outageSeries())
    await opened.page.evaluate(`{
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      document.body.append(script)
    }`)
    expect(await opened.page.evaluate("'ran' in window")).toBe(false)
    expect(opened.complaints.join()).toContain('Content Security Policy')
  })
})
