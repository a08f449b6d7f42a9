/**
 * A resource that test suites of other implementations can be pointed at:
 * `npx pnpm@12 --silent target CONFIG.json` prints
 * `{"listening":"http://127.0.0.1:PORT","control":"http://127.0.0.1:PORT"}` and serves until
 * SIGTERM.
 * Decisions go to stderr, a line of JSON each, and refusals once more with their reason. README.md says what the file may hold.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResource, type SigningKey } from '@aauth-guard/core'
import { openStores } from '../fleet/open-stores.ts'
import { untilReady } from '../fleet/until-ready.ts'
import { adapters } from './apps/adapters.ts'
import { gatewayServers } from './apps/gateway.ts'
import { readConfig } from './config.ts'
import { control } from './control.ts'
import { dialer } from './dial.ts'
import { isRunning, npxAbove } from './launcher.ts'

start(process.argv[2]).catch(fail)

function fail(error: unknown): void {
  console.error(`target: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function start(file: string | undefined): Promise<void> {
  if (file === undefined) throw new TypeError('usage: target CONFIG.json')
  const { adapter, port, origins, routes, stores: place, resource: options } = readConfig(file)
  const opened = place && openStores(place, String(options.issuer))
  // An empty store is prepared by whichever target comes first.
  if (opened) await untilReady(() => opened.prepare())
  const resource = createResource({
    signingKey: keyInMemory(),
    ...options,
    ...(opened && { stores: opened.stores }),
    fetch: dialer(origins),
    onDecision: (decision) => {
      const { code, hint, method, path } = decision
      if (code !== undefined) console.error(JSON.stringify({ method, target: path, code, hint }))
      console.error(JSON.stringify({ decision }))
    },
  })
  const { server, ...behind } =
    adapter === 'gateway'
      ? await gatewayServers(resource, routes)
      : { server: createServer(adapters[adapter](resource, routes)) }
  const controls = createServer(control(resource))
  const servers = [server, controls, ...Object.values(behind)]
  Promise.all([listen(server, port), listen(controls, 0)]).then(
    ([listening, control]) => process.stdout.write(`${JSON.stringify({ listening, control })}\n`),
    (error: unknown) => {
      fail(error)
      stop()
    },
  )
  const stop = (): void => {
    resource.close()
    void opened?.close()
    for (const one of servers) {
      one.close(() => servers.some(({ listening }) => listening) || process.exit())
      one.closeAllConnections()
    }
  }
  process.on('SIGTERM', stop)
  const npx = npxAbove()
  if (npx !== undefined) setInterval(() => isRunning(npx) || stop(), 250).unref()
}

/** One process signs and publishes, so it need not be kept. */
function keyInMemory(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { ...privateKey.export({ format: 'jwk' }), kid: 'target', alg: 'Ed25519' } as SigningKey
}

/** Resolves with the URL once the server listens on loopback. */
function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject).on('error', fail)
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}
