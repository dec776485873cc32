// `floodmark export k6`: the flood as a folder that a plain k6 sends, by itself, in segments on several machines, or in Kubernetes.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { writeFloodFiles, type FloodFiles } from './flood-files.ts'

export interface K6Export extends FloodFiles {
  scenario: string
  seed: number
}

const runners = 4

/** Writes the flood's files with a README and a manifest for the k6 operator. The secret is in none of them. */
export async function exportK6(folder: string, flood: K6Export): Promise<void> {
  await writeFloodFiles(folder, flood)
  await writeFile(join(folder, 'test-run.yaml'), manifestOf(flood))
  await writeFile(join(folder, 'README.md'), readmeOf(flood))
}

function manifestOf({ scenario }: K6Export): string {
  const name = `flood-${scenario}`
  return `# For the k6 operator (k6.io/v1alpha1). It gives each runner an execution segment, so that together they send every event once.
# The folder with script.js lies on the volume; the secret is a Secret of the cluster:
#   kubectl create secret generic ${name} --from-literal=secret=...
apiVersion: k6.io/v1alpha1
kind: TestRun
metadata:
  name: ${name}
spec:
  parallelism: ${runners}
  arguments: --no-usage-report
  script:
    volumeClaim:
      name: ${name}
      file: script.js
  runner:
    env:
      - name: BASE_URL
        value: http://intake.default.svc:8080
      - name: K6_AUTO_EXTENSION_RESOLUTION
        value: "false"
      - name: SECRET
        valueFrom:
          secretKeyRef:
            name: ${name}
            key: secret
`
}

function readmeOf({ scenario, seed, plan, users, path }: K6Export): string {
  const events = plan.eventCount - plan.warmUpCount
  return `# The flood of \`${scenario}\`, seed ${seed}, for k6

${events} signed webhooks over ${plan.floodMs / 1_000} s, at most ${plan.peakPerSecond} in a second: the same events, bodies and ids that \`floodmark run ${scenario} --seed ${seed}\`
sends, in k6 2.x's own arrival-rate executor. Nothing is fetched from the network.

| file | what it is |
|---|---|
| \`script.js\` | an iteration is an event: its body is made from a template, signed, and posted once |
| \`flood.json\` | k6's options: the arrival rates, ${users} virtual users; and what all webhooks have in common |
| \`events.txt\` | a line for each event, in the order in which they are due |
| \`templates.json\`, \`shops.json\` | what bodies are made of, and whose they are |
| \`test-run.yaml\` | a manifest for the k6 operator |

The secret is in none of them: signatures are made while k6 runs, from the environment variable \`SECRET\`. \`BASE_URL\` says where the intake listens; its path is \`${path}\`.

## One process

    SECRET=... BASE_URL=http://127.0.0.1:8080 k6 run script.js

Don't pass the secret with \`-e\`: k6 writes those values into archives, and others on the machine can read a command line.

## Two, each with half of the events

Started at the same moment, on machines whose clocks agree; together they send every event once:

    SECRET=... BASE_URL=... k6 run --execution-segment 0:1/2 --execution-segment-sequence 0,1/2,1 script.js
    SECRET=... BASE_URL=... k6 run --execution-segment 1/2:1 --execution-segment-sequence 0,1/2,1 script.js

Any other number is done the same way: 0:1/3, 1/3:2/3, 2/3:1 with the sequence 0,1/3,2/3,1.

## In Kubernetes

Put this folder on a volume, make the Secret, set \`BASE_URL\` and \`parallelism\` in \`test-run.yaml\`, and \`kubectl apply -f test-run.yaml\`.

## What it says, and what not

- These are first attempts. The platform's retries, and whether each order arrived, are what \`floodmark run --engine k6\` adds.
- k6 drops an iteration when no virtual user is idle, and ends well all the same: here the threshold on \`dropped_iterations\` makes it exit 99. The events that are
  missing then are the last ones of the process (of its segment), not those of the moment.
- k6 measures from the instant at which it sent, not from the one at which an event was due.
`
}
