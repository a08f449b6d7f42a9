import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AnyRequirement, type Resource, stepUp } from '@aauth-guard/core'
import { createAssertionSigner } from '@aauth-guard/core/assertion'
import { assertGrant } from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { compileRoutes, createProxy, defaultProxyLimits, type Route } from '@aauth-guard/gateway'
import { demands, grant, more, optionally } from '../api.ts'
import { besides } from '../beside.ts'
import type { ServerAdapter } from './adapter.ts'
import { upstreamListener } from './gateway-upstream.ts'

/** The reverse proxy before an upstream that knows its callers by assertions alone. */
export const gatewayAdapter: ServerAdapter = {
  name: 'gateway',
  async serve(resource) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const assertions = createAssertionSigner({
      issuer: resource.issuer,
      key: { ...privateKey.export({ format: 'jwk' }), kid: 'contract', alg: 'ES256' },
      now: () => now,
    })
    const upstream = createServer(upstreamListener(resource, assertions.keys))
    const port = await portOf(upstream)
    const plan = { resource, table: compileRoutes(routesOf(resource, port)), limits: defaultProxyLimits }
    const { server, close } = createProxy({ plan: () => plan, assertions })
    const url = `http://127.0.0.1:${await portOf(server)}`
    return {
      url,
      async close() {
        server.closeAllConnections()
        await close()
        upstream.closeAllConnections()
        await new Promise((closed) => upstream.close(closed))
      },
    }
  },
}

/** What the other adapters demand of their routes, as rules of a gateway. */
export function routesOf(resource: Resource, port: number): Route[] {
  const upstream = { name: 'contract', origin: { protocol: 'http:', hostname: '127.0.0.1', port } } as const
  const others = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']
  const { alternative: _, ...alone } = besides['/beside/key']
  const { alternative: __, ...aloneOnRuns } = besides['/beside/runs']
  const requirements: readonly (readonly [path: string, requirement: AnyRequirement, methods?: string[]])[] =
    [
      ['*', demands.anyone],
      ...['/whoami', '/identity', '/admin', '/failing', '/passed-on'].map(
        (path) => [path, demands.anyone] as const,
      ),
      ['/agents', demands.agents],
      ['/people', demands.people],
      ['/notes', demands.read, ['GET', 'HEAD']],
      ['/notes', demands.write, ['POST']],
      ['/notes', demands.anyone, others],
      ['/notes/*', demands.read],
      ['/more', { ...demands.read, check: (auth) => stepUp(resource, auth, more) }],
      ['/more-passed-on', { ...demands.read, check: (auth) => stepUp(resource, auth, more) }],
      ['/query', demands.query],
      ['/mission', demands.mission],
      ['/accounts/*', demands.account],
      ['/class', demands.class],
      ['/runs', { ...demands.anyone, check: hasGrant }],
      ...['/heard', '/twice', '/late', '/consumed'].map((path) => [path, {}] as const),
      ['/denied', demands.denied],
      ['/broken', demands.broken],
      ['/open', optionally],
      ['/once', demands.once],
      ...['/body', '/api', '/v2', '/mounted', '/cors'].map((path) => [`${path}/*`, demands.anyone] as const),
      ...Object.entries(besides).filter(([path]) => path !== '/beside/runs'),
      ['/beside/twice', alone],
      ['/beside/runs', { ...aloneOnRuns, check: hasGrant }],
    ]
  return requirements.map(([path, requirement, methods], index) => ({
    name: `${index} ${path}`,
    path,
    methods,
    requirement: requirement as Route['requirement'],
    upstream,
    cutPrefix: '',
    addPrefix: '',
    pass: [],
    passNames: [],
    digest: 'buffer',
    maxContent: 1_048_576,
    upgrade: false,
    encodedSlash: true,
  }))
}

async function hasGrant(auth: Parameters<typeof assertGrant>[0]): Promise<boolean> {
  await assertGrant(auth, () => grant)
  return true
}

export async function portOf(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return (server.address() as AddressInfo).port
}
