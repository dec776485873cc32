// The command table, nothing else. Each command is a file in commands/, imported when it is asked for, so that --help and mistakes answer at once.
// bin/floodmark.js has made sure of the Node that reads this.
import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import { doctorHelp, healHelp, listHelp, mainHelp, matrixHelp, runHelp, saturateHelp } from './commands/help.ts'
import { addSetting, readList, readPositive, readSeed } from './commands/options.ts'
import { endWith, stopOnSignals } from './commands/process-end.ts'

const { version } = createRequire(import.meta.url)('floodmark/package.json') as { version: string }
const signal = stopOnSignals()

const program = new Command('floodmark')
  .description('Flood a webhook pipeline, break what it depends on, and account for every order.')
  .version(version)
  .addHelpText('after', mainHelp)
  .exitOverride()

program.command('run <scenario...>')
  .description('run scenarios one after another: shipped names or paths of scenario files')
  .addOption(new Option('--seed <number>', 'seed of the plan and of the orders: the same seed sends the same events').argParser(readSeed).default(1))
  .option('--out <folder>', 'folder that each run makes its own folder in', 'runs')
  .option('--system <name or path>', "run on this system instead of the scenario's own")
  .addOption(new Option('--links <how>', 'how components reach each other; direct leaves out the proxies, and so every fault on a link').choices(['toxiproxy', 'direct']).default('toxiproxy'))
  .addOption(new Option('--set <key=value>', 'change a parameter that the scenario declares, such as rate=900; repeatable').argParser(addSetting).default({}, 'none'))
  .addOption(new Option('--allow-host <host>', 'a host other than loopback that the system may stand on; repeatable').argParser((host: string, hosts: string[]) => [...hosts, host]).default([], 'none'))
  .option('--control', 'run the same plan without faults first and set it beside the run; where it does not pass, the faults are not run')
  .option('--json', 'run.json of each run, one a line, on standard output and nothing else there')
  .option('--junit <file>', 'write the checks of all runs as JUnit XML')
  .addHelpText('after', runHelp)
  .action((names, options) => endWith(async () => (await import('./commands/run.ts')).run(names, options, signal)))

program.command('matrix')
  .description('fail every dependency of a system in every way, one run a cell, and set what happened beside what was declared')
  .option('--system <name or path>', 'the system to look at', 'reference')
  .option('--rows <names>', 'only these dependencies: names or roles, separated by commas', readList)
  .option('--columns <names>', 'only these failures, separated by commas', readList)
  .addOption(new Option('--seed <number>', 'seed of the plan and of the order of the cells').argParser(readSeed).default(1))
  .addOption(new Option('--rate <number>', 'webhooks a second in each cell').argParser(readPositive).default(100))
  .addOption(new Option('--jobs <number>', 'runs at a time').argParser(readPositive).default(3))
  .option('--out <folder>', 'folder that the matrix makes its own folder in', 'runs')
  .option('--expect <file>', 'what is declared to happen; default: <system>.matrix.json beside the system file')
  .option('--declare', 'write what was found into that file, to be edited from there')
  .option('--json', 'matrix.json on standard output and nothing else there')
  .addHelpText('after', matrixHelp)
  .action(options => endWith(async () => (await import('./commands/matrix.ts')).matrix(options, signal)))

program.command('heal [folder...]')
  .description('take away what runs left in force when harness and watchdog both died, as in a power cut')
  .option('--out <folder>', 'where the runs are, when no run folder is named', 'runs')
  .option('--json', 'what was done as JSON on standard output')
  .addHelpText('after', healHelp)
  .action((folders, options) => endWith(async () => (await import('./commands/heal.ts')).heal(folders, options)))

program.command('saturate <url-or-scenario>')
  .description('find roughly where the highest rate of an intake lies: a closed loop, no verdict')
  .addOption(new Option('--max-connections <number>', 'how far the connections are doubled').argParser(readPositive).default(512))
  .addOption(new Option('--seconds <number>', 'length of each step').argParser(readPositive).default(3))
  .option('--out <folder>', "folder for the logs of a scenario's system", 'runs')
  .option('--system <name or path>', "saturate this system instead of the scenario's own")
  .addOption(new Option('--links <how>', 'how components reach each other').choices(['toxiproxy', 'direct']).default('toxiproxy'))
  .addOption(new Option('--set <key=value>', 'change a parameter that the scenario declares; repeatable').argParser(addSetting).default({}, 'none'))
  .addOption(new Option('--allow-host <host>', 'a host other than loopback that may be saturated; repeatable').argParser((host: string, hosts: string[]) => [...hosts, host]).default([], 'none'))
  .option('--json', 'all numbers as JSON on standard output')
  .addHelpText('after', saturateHelp)
  .action((target, options) => endWith(async () => (await import('./commands/saturate.ts')).saturate(target, options, signal)))

program.command('doctor')
  .description('say what this machine has and lacks for a run, with cause and cure for each row')
  .option('--json', 'the table as JSON on standard output')
  .addHelpText('after', doctorHelp)
  .action(options => endWith(async () => (await import('./commands/doctor.ts')).doctor(options)))

program.command('list')
  .description('list the scenarios and systems that ship')
  .option('--json', 'the list as JSON on standard output')
  .addHelpText('after', listHelp)
  .action(options => endWith(async () => (await import('./commands/list.ts')).list(options)))

await endWith(() => program.parseAsync())
