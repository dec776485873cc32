#!/usr/bin/env node
// Stands before everything else: plain JavaScript that Node 16 can read too, so that an old one is told
// what is missing rather than shown a syntax error. In a checkout the pinned Node takes over where the machine's own is too old.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const checkoutCli = pathOf('../harness/cli.ts')
const isCheckout = existsSync(checkoutCli)
// What is published is compiled for Node 22; a checkout runs as it is written, and `await using` came with Node 24.
const neededVersion = isCheckout ? [24, 0] : [22, 22]
const pinnedNode = pathOf('../node_modules/node/bin/node')
const unavailable = 69
const internal = 70

if (isRecent(process.versions.node)) {
  dropTypeStrippingWarning()
  import(pathToFileURL(isCheckout ? checkoutCli : pathOf('../dist/harness/cli.js')).href).catch(fail)
} else if (isCheckout && existsSync(pinnedNode)) {
  runWith(pinnedNode)
} else {
  process.stderr.write('floodmark needs Node ' + neededVersion.join('.') + ' or later, this is v' + process.versions.node + ' (' + process.execPath + ')\n' +
    (isCheckout ? 'Run npm ci in this checkout: it brings the Node that is pinned here.\n' : 'Install a current Node from https://nodejs.org, or put one first in PATH.\n'))
  process.exitCode = unavailable
}

function pathOf(relative) {
  return fileURLToPath(new URL(relative, import.meta.url))
}

function isRecent(version) {
  const parts = version.split('.').map(Number)
  return parts[0] > neededVersion[0] || (parts[0] === neededVersion[0] && parts[1] >= neededVersion[1])
}

/** Node before 24.12 calls type stripping experimental, in a checkout on every start and for every scenario in TypeScript. */
function dropTypeStrippingWarning() {
  const emitWarning = process.emitWarning
  process.emitWarning = function (warning, ...rest) {
    if (!/type stripping/i.test(String(warning))) emitWarning.call(process, warning, ...rest)
  }
}

/**
 * Ends as the other Node ends. A terminal sends its Ctrl-C to both processes and a supervisor only to this one, so signals are handed on;
 * the command takes a second one for the first.
 */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', fail)
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function fail(error) {
  const isNotInstalled = isCheckout && error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.startsWith('Cannot find package')
  process.stderr.write(isNotInstalled
    ? 'floodmark: ' + error.message.split(' imported from')[0] + '\nRun npm ci in this checkout first.\n'
    : 'floodmark could not start; please report this\n' + (error && error.stack || error) + '\n')
  process.exitCode = isNotInstalled ? unavailable : internal
}
