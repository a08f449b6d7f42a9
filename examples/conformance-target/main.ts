/**
 * A resource that test suites of other implementations can be pointed at:
 * `npx pnpm@12 --silent target CONFIG.json` prints `{"listening":"http://127.0.0.1:PORT"}` and serves until SIGTERM.
 * Refusals go to stderr with their reason, a line of JSON each. README.md says what the file may hold.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResource } from '@aauth-guard/core'
import { adapters } from './apps/adapters.ts'
import { readConfig } from './config.ts'
import { dialer } from './dial.ts'
import { isRunning, npxAbove } from './launcher.ts'

try {
  start(process.argv[2])
} catch (error) {
  fail(error)
}

function fail(error: unknown): void {
  console.error(`target: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function start(file: string | undefined): void {
  if (file === undefined) throw new TypeError('usage: target CONFIG.json')
  const { adapter, port, origins, routes, resource: options } = readConfig(file)
  const resource = createResource({
    ...options,
    fetch: dialer(origins),
    onRefusal: ({ code, hint }, { method, target }) =>
      console.error(JSON.stringify({ method, target, code, hint })),
  })
  const server = createServer(adapters[adapter](resource, routes))
  server.on('error', fail)
  server.listen(port, '127.0.0.1', () => {
    const { port: bound } = server.address() as AddressInfo
    process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${bound}` })}\n`)
  })
  const stop = (): void => {
    resource.close()
    server.close(() => process.exit(0))
    server.closeAllConnections()
  }
  process.on('SIGTERM', stop)
  const npx = npxAbove()
  if (npx !== undefined) setInterval(() => isRunning(npx) || stop(), 250).unref()
}
