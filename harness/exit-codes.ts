/** The one table of exit codes: `--help`, the README and the verdict all read it. Worst first where several runs compose. */
export const exitCodes = [
  { code: 0, name: 'pass', meaning: 'every check passed' },
  { code: 1, name: 'broken', meaning: 'an invariant broke: loss, duplicate effect, mutation or phantom' },
  { code: 2, name: 'missed', meaning: 'an objective was missed: throughput, delay, recovery, or a component died' },
  { code: 3, name: 'regression', meaning: 'slower than the baseline' },
  { code: 4, name: 'unknown', meaning: 'too little to say: no acks, no drain, or a sample too small for the claim' },
  { code: 5, name: 'invalid', meaning: 'the harness did not do its own job, so the run says nothing' },
  { code: 64, name: 'usage', meaning: 'wrong usage, or a scenario or system file with problems' },
  { code: 69, name: 'unavailable', meaning: 'something the run needs is missing; `floodmark doctor` names the cure' },
  { code: 70, name: 'internal', meaning: 'floodmark itself broke' },
  { code: 130, name: 'interrupted', meaning: 'interrupted; everything was stopped and healed' },
] as const

export type ExitName = (typeof exitCodes)[number]['name']

/** The number for a name of the table. */
export function exitCode(name: ExitName): number {
  return exitCodes.find(row => row.name === name)!.code
}
