// An arrival shape: the load that was, from a CSV file.
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { causeOf } from '../errors.ts'
import { callerFile } from '../scenario/caller-file.ts'
import { text } from '../scenario/rules.ts'
import { piecewise } from './piecewise.ts'
import { readSeries } from './recorded-series.ts'
import { shapeOf, unsoundShape } from './shape-input.ts'
import type { Shape } from './shape.ts'

const mostBytes = 64_000_000

/**
 * A recorded series, as fast as it was: put it into `scaled` to compress it. `file` is a CSV, absolute or relative to the scenario file, with the
 * header `seconds,rate` (events a second, straight lines between the rows) or `timestamp,count` (events from each row's instant until the next row's).
 */
export function replay(input: { file: string }): Shape {
  const folder = dirname(callerFile())
  return shapeOf('replay', input, {
    fields: { file: text },
    make({ file }, parameters) {
      const content = readContent(resolve(folder, file))
      if ('problem' in content) return unsoundShape('replay', Number.NaN, [`file: ${content.problem}`])
      const series = readSeries(content.csv)
      if ('problems' in series) return unsoundShape('replay', Number.NaN, series.problems.map(problem => `file: ${file}: ${problem}`))
      // Another series in a file of the same name is another plan.
      return piecewise('replay', series.points, { ...parameters, contents: createHash('sha256').update(content.csv).digest('hex').slice(0, 16) })
    },
  })
}

/** What stands in the file, or why it cannot be had. */
function readContent(path: string): { csv: string } | { problem: string } {
  try {
    const { size } = statSync(path)
    return size > mostBytes ? { problem: `${path} has ${size} bytes, must have at most ${mostBytes}` } : { csv: readFileSync(path, 'utf8') }
  } catch (error) {
    return { problem: causeOf(error) }
  }
}
