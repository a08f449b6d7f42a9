/**
 * A resource that test suites of other implementations can be pointed at:
 * `npx pnpm@12 --silent target CONFIG.json` prints
 * `{"listening":"http://127.0.0.1:PORT","control":"http://127.0.0.1:PORT"}` and serves until
 * SIGTERM.
 * Decisions go to stderr, a line of JSON each, and refusals once more with their reason. README.md says what the file may hold.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { createResource, type SigningKey } from '@aauth-guard/core'
import { openStores } from '../fleet/open-stores.ts'
import { untilReady } from '../fleet/until-ready.ts'
import { adapters } from './apps/adapters.ts'
import { forwardAuthServers } from './apps/forward-auth.ts'
import { gatewayServers } from './apps/gateway.ts'
import { targetClock } from './clock.ts'
import { readConfig } from './config.ts'
import { control } from './control.ts'
import { dialer } from './dial.ts'
import { isRunning, npxAbove } from './launcher.ts'
import { listen } from './listen.ts'
import { serveRoutes } from './managed/served-routes.ts'

start(process.argv[2]).catch(fail)

function fail(error: unknown): void {
  console.error(`target: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function start(file: string | undefined): Promise<void> {
  if (file === undefined) throw new TypeError('usage: target CONFIG.json')
  const { adapter, port, origins, routes: configured, stores: place, resource: options } = readConfig(file)
  const opened = place && openStores(place, String(options.issuer))
  // An empty store is prepared by whichever target comes first.
  if (opened) await untilReady(() => opened.prepare())
  const clock = targetClock(opened !== undefined)
  const resource = createResource({
    signingKey: keyInMemory(),
    ...options,
    now: clock.now,
    ...(opened && { stores: opened.stores }),
    fetch: dialer(origins),
    onDecision: (decision) => {
      const { code, hint, method, path } = decision
      if (code !== undefined) console.error(JSON.stringify({ method, target: path, code, hint }))
      console.error(JSON.stringify({ decision }))
    },
  })
  const { routes, managed } =
    options.managed === undefined
      ? { routes: configured, managed: undefined }
      : serveRoutes(resource, configured)
  if (adapter === 'nginx' || adapter === 'caddy') {
    const asking = await forwardAuthServers(adapter, resource, routes, port)
    return serve({ servers: asking.servers, listening: Promise.resolve(asking.url), end: asking.end })
  }
  const { server, ...behind } =
    adapter === 'gateway'
      ? await gatewayServers(resource, routes)
      : { server: createServer(adapters[adapter](resource, routes)) }
  return serve({ servers: [server, ...Object.values(behind)], listening: listen(server, port), end() {} })

  function serve(served: Served): void {
    const controls = createServer(control(resource, clock, managed))
    const servers = [...served.servers, controls]
    Promise.all([served.listening, listen(controls, 0)]).then(
      ([listening, control]) => process.stdout.write(`${JSON.stringify({ listening, control })}\n`),
      (error: unknown) => {
        fail(error)
        stop()
      },
    )
    const stop = (): void => {
      resource.close()
      served.end()
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
}

/** What runs, where it is called, and what ends beside the servers. */
interface Served {
  readonly servers: readonly Server[]
  readonly listening: Promise<string>
  end(): void
}

/** One process signs and publishes, so it need not be kept. */
function keyInMemory(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { ...privateKey.export({ format: 'jwk' }), kid: 'target', alg: 'Ed25519' } as SigningKey
}
