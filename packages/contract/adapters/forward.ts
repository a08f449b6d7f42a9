import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { Resource } from '@aauth-guard/core'
import { createAssertionSigner } from '@aauth-guard/core/assertion'
import { freePort } from '@aauth-guard/fixtures/free-port'
import { type ProxyKind, startProxy } from '@aauth-guard/fixtures/proxy-server'
import { now } from '@aauth-guard/fixtures/world'
import {
  compileRoutes,
  createProxy,
  defaultProxyLimits,
  forwardAuthHandler,
  forwardListenerOptions,
  recipe,
} from '@aauth-guard/gateway'
import { portOf, routesOf } from './gateway.ts'
import { upstreamListener } from './gateway-upstream.ts'

/** nginx or Caddy as its recipe says, before the upstream of the gateway; its public listener has the resource's routes. */
export async function serveByForwardAuth(
  kind: ProxyKind,
  resource: Resource,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const assertions = createAssertionSigner({
    issuer: resource.issuer,
    key: { ...privateKey.export({ format: 'jwk' }), kid: 'contract', alg: 'ES256' },
    now: () => now,
  })
  const upstream = createServer(upstreamListener(resource, assertions.keys))
  const routes = routesOf(resource, await portOf(upstream))
  const current = { resource, table: compileRoutes(routes), limits: defaultProxyLimits }
  const plan = () => current
  const secret = 'the-secret-of-the-contract-suite-0123456789'
  const forward = createServer(forwardListenerOptions, forwardAuthHandler({ plan, assertions, secret }))
  const own = createProxy({ plan, assertions })
  const settings = {
    resource,
    listen: { host: '127.0.0.1', port: await portOf(own.server) },
    forwardAuth: { listen: { host: '127.0.0.1', port: await portOf(forward) } },
    routes,
    limits: defaultProxyLimits,
  }
  const port = await freePort()
  const proxy = await startProxy(kind, {
    port,
    env: { AAUTH_GUARD_SECRET: secret },
    configuration(folder) {
      const secretFile = join(folder, 'secret.conf')
      writeFileSync(secretFile, `map "" $aauth_guard_secret { default "${secret}"; }\n`)
      return recipe(kind, settings, { listen: { address: '127.0.0.1', port }, tls: null, secretFile })
    },
  })
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await proxy.close()
      own.server.closeAllConnections()
      await Promise.all([own.close(), ended(forward), ended(upstream)])
    },
  }
}

function ended(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((closed) => void server.close(() => closed()))
}
