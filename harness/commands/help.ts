// The part of --help that teaches: examples, where output goes, what the exit code says.
import { exitCodes } from '../exit-codes.ts'

const exitTable = exitCodes.map(({ code, name, meaning }) => `  ${String(code).padStart(3)}  ${name.padEnd(13)}${meaning}`).join('\n')

export const mainHelp = `
Begin with:
  floodmark doctor                     what this machine has and lacks
  floodmark list                       the scenarios and systems that ship
  floodmark plan queue-outage          what it would send, without sending it
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
  floodmark run queue-outage --env containers    the same on a Docker engine; \`floodmark doctor --env containers\` says what it lacks

Where output goes:
  progress          standard error
  summary           standard output; with --json the run records instead, one a line
  runs/<id>/        run.json, report.html, series.json, history as Parquet, logs of each component

Exit codes:
${exitTable}
`

export const planHelp = `
Compiles the plan as a run would, with the same hash, and prints it: first attempts a second as a chart and as a table; below it all attempts, retries
included, if each fails while a fault lasts; events by shop and topic; what it asks of this machine. What could not be carried out here is refused with
the arithmetic, as run refuses it: exit 64.

Examples:
  floodmark plan queue-outage
  floodmark plan queue-outage --set rate=2000 --seed 7
  floodmark plan bfcm-flood --csv > seconds.csv     second,planned,repeats,worst_attempts
  floodmark plan bfcm-flood --json                  the whole plan: reports/plan/record.ts is its contract
`

export const exportHelp = `
Writes script, data, a README with the commands, and a manifest for the k6 operator. The same seed and settings give the events, bodies and ids of a run.
No secret is written: k6 signs with the environment variable SECRET and sends to BASE_URL.

Examples:
  floodmark export k6 queue-outage --out flood
  SECRET=... BASE_URL=http://127.0.0.1:8080 k6 run flood/script.js
`

export const doctorHelp = `
Exits 0 when a run could start here, 69 when something is missing; each row says what would mend it. Rows that only the other environment
needs stop nothing: --env containers asks for a run in containers.
`

export const listHelp = `
A listed name can be given to run: scenarios as arguments, systems with --system. To change one, copy its file.
`

export const healHelp = `
Every run keeps an undo journal in its folder and a watchdog beside it, which heals whatever death the harness dies. This command is for the
rest: a power cut, a kill of both, or an engine that went away with the containers of a run. It undoes what the journals still hold, leaves
runs alone whose harness is alive, and can be run again without harm. Exits 0 when nothing is left, 4 when something could not be undone or a
journal is damaged: then it lists what to check by hand.

Examples:
  floodmark heal                       every run under runs/
  floodmark heal runs/20261127-170000-123-queue-outage
`

export const matrixHelp = `
Each cell is a run of its own: a constant flood of nine seconds, one dependency failing in one way from the second to the sixth. What users see is
told in one word, the worst that happened to any order: unharmed, delayed (by more than two seconds), retried (not accepted at first), duplicated,
missed (never accepted), lost (accepted and gone). Cells are kept: a later call with --rows and --columns runs those again and leaves the rest.

What should happen is declared in a file that you edit, { "queue": { "kill": "retried" } }; a cell that is other than declared is exit 2.

Where output goes:
  progress                     standard error
  <out>/matrix-<system>/       matrix.html, matrix.md, matrix.json; cells/ holds each cell's scenario, runs/ the run records

Examples:
  floodmark matrix                                        every cell of the reference pipeline: about ten minutes on two cores
  floodmark matrix --system ./my-pipeline.ts --declare    the first time: writes my-pipeline.matrix.json
  floodmark matrix --rows buffer,store --columns kill,cut
  floodmark run runs/matrix-reference/cells/queue-kill.ts     one cell again, as a run of its own
`

export const saturateHelp = `
Doubles the connections, each waiting for its answer before it sends the next webhook, until more of them bring nothing more. What it prints is a place
to look: the rate at which the intake acknowledges, and the knee, the fewest connections that reach it. It is a closed loop, in which a slow intake slows
its own load: so it says nothing of latency and judges nothing. For that, run a scenario at a rate below the knee.

With a scenario its system is arranged and warmed up as for a run, without faults. With a URL the webhooks of new orders go to an intake that runs
already, signed with FLOODMARK_SECRET where that is set: it must be one whose orders may be made up.

Examples:
  floodmark saturate smoke
  floodmark saturate smoke --system ./my-pipeline.ts --links direct --max-connections 64
  FLOODMARK_SECRET=... floodmark saturate http://127.0.0.1:8080/webhooks --json

Exits 0 when it has measured, 5 when the intake acknowledged nothing, 64 for a host that is not allowed, 69 when nobody answers there or a part of the system is missing.
`

export const exploreHelp = `
Draws schedules of one to --max-faults faults over everything that the system stands on and runs each under a constant flood. The first that breaks an
invariant is run again to rule out chance, then shrunk: the fewest faults, then the shortest, that still break it. What is left is a scenario file to
keep. The same seed draws the same schedules. Exits 1 where an invariant broke again and again, 0 where none did.

Examples:
  floodmark explore --system ./my-pipeline.ts --runs 50 --budget 30m
  floodmark explore --system naive --only kill,pause --max-faults 2
  floodmark explore --from ./broken-game-day.ts       which of its eight faults does it take?
`
