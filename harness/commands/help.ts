// The part of --help that teaches: examples, where output goes, what the exit code says.
import { exitCodes } from '../exit-codes.ts'

const exitTable = exitCodes.map(({ code, name, meaning }) => `  ${String(code).padStart(3)}  ${name.padEnd(13)}${meaning}`).join('\n')

export const mainHelp = `
Begin with:
  floodmark doctor                     what this machine has and lacks
  floodmark list                       the scenarios and systems that ship
  floodmark run smoke                  a few seconds, no fault
  floodmark run queue-outage           kills the queue under a flood: exit 0
  floodmark run queue-outage --system naive    the same without a queue: exit 1, lost orders named

Exit codes (of several scenarios the worst counts):
${exitTable}
`

export const runHelp = `
Examples:
  floodmark run queue-outage --set rate=900 --set duration=2m
  floodmark run ./checkout-flood.ts --system ./my-pipeline.ts --seed 7
  floodmark run queue-outage --control        the same plan without the outage first, and both side by side
  floodmark run smoke queue-outage --json --junit junit.xml > runs.ndjson

Where output goes:
  progress          standard error
  summary           standard output; with --json the run records instead, one a line
  runs/<id>/        run.json, report.html, series.json, history as Parquet, logs of each component

Exit codes:
${exitTable}
`

export const doctorHelp = `
Exits 0 when a run could start here, 69 when something is missing; each row says what would mend it.
`

export const listHelp = `
A listed name can be given to run: scenarios as arguments, systems with --system. To change one, copy its file.
`

export const healHelp = `
Every run keeps an undo journal in its folder and a watchdog beside it, which heals whatever death the harness dies. This command is for the
rest: a power cut, or a kill of both. It undoes what the journals still hold, leaves runs alone whose harness is alive, and can be run again
without harm. Exits 0 when nothing is left, 4 when something could not be undone or a journal is damaged: then it lists what to check by hand.

Examples:
  floodmark heal                       every run under runs/
  floodmark heal runs/20261127-170000-123-queue-outage
`
