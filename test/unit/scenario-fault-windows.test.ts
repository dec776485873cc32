import { describe, expect, test } from 'vitest'
import { at, during } from '../../harness/faults/at.ts'
import type { FaultRequest } from '../../harness/faults/fault.ts'
import { resolveWindows } from '../../harness/scenario/fault-windows.ts'

const floodMs = 60_000

function windowsOf(request: FaultRequest, length: number | undefined = floodMs): { windows: number[][] | undefined; problems: string[] } {
  const problems: string[] = []
  const windows = resolveWindows('faults[0]', request, length, problems)
  return { windows: windows?.map(({ atMs, forMs }) => [atMs, forMs]), problems }
}

test.each<[string, FaultRequest, number[][]]>([
  ['once', at('40%').kill('buffer').for('30%'), [[24_000, 18_000]]],
  ['from here to there', during('20%', '60%').kill('buffer'), [[12_000, 24_000]]],
  ['in mixed units', during('10s', '50%').kill('buffer'), [[10_000, 20_000]]],
  ['to the very end', during('70.1%', '100%').kill('buffer'), [[42_060, 17_940]]],
  ['so many times', at('10%').every('10%').times(3).kill('buffer').for('2%'), [[6_000, 1_200], [12_000, 1_200], [18_000, 1_200]]],
  ['as often as there is room', at('20s').every('15s').kill('buffer').for('5s'), [[20_000, 5_000], [35_000, 5_000], [50_000, 5_000]]],
  ['again and again, to the very end', at('20.1%').every('19.9%').kill('buffer').for('0.2%'), [0, 1, 2, 3, 4].map(turn => [12_060 + turn * 11_940, 120])],
])('%s', (_, request, windows) => {
  expect(windowsOf(request)).toEqual({ windows: windows.map(window => window.map(ms => expect.closeTo(ms, 3))), problems: [] })
})

test.each<[string, FaultRequest, string]>([
  ['an end before the beginning', during('60%', '20%').kill('buffer'), '.until: found "20%", must be later than "60%"'],
  ['an end with the beginning', during('20%', '12s').kill('buffer'), '.until: found "12s", must be later than "20%"'],
  ['an end after the flood', during('60%', '61s').kill('buffer'), ': outside the flood: begins at 36 s and ends at 61 s, the flood ends at 60 s'],
  ['no pause between', at('20%').every('20%').kill('buffer').for('20s'), '.every: found "20%", must be longer than the fault itself, 20 s'],
  ['no time between', at('10%').every('0s').kill('buffer').for('1s'), '.every: found "0s", must be longer than zero'],
  ['more times than fit', at('10%').every('30%').times(4).kill('buffer').for('5%'), ': outside the flood: begins at 6 s and ends at 63 s, the flood ends at 60 s'],
  ['more times than can be kept', at('0s').every('100ms').kill('buffer').for('10ms'), '.every: comes to 600 times, must be at most 200'],
  ['a first time that does not fit', at('90%').every('20%').kill('buffer').for('11%'), ': outside the flood: begins at 54 s and ends at 60.6 s, the flood ends at 60 s'],
])('refuses %s', (_, request, problem) => {
  expect(windowsOf(request)).toEqual({ windows: undefined, problems: [`faults[0]${problem}`] })
})

describe('where the length of the flood is not known', () => {
  const unknown = (request: FaultRequest): string[] => {
    const problems: string[] = []
    expect(resolveWindows('faults[0]', request, undefined, problems)).toBeUndefined()
    return problems
  }

  test('shares are weighed against each other, and nothing is said of durations', () => {
    expect(unknown(during('60%', '20%').kill('buffer'))).toEqual(['faults[0].until: found "20%", must be later than "60%"'])
    expect(unknown(at('60%').every('20%').times(3).kill('buffer').for('1%'))).toEqual(['faults[0]: outside the flood: begins at 60% and ends at 101%, the flood ends at 100%'])
    expect(unknown(at('60%').every('1s').times(3).kill('buffer').for('50%'))).toEqual([])
  })
})
