import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resource } from '@aauth-guard/core'
import {
  type AssertionKeys,
  AssertionRefusedError,
  type AssertionSigner,
  createAssertionKeys,
  createAssertionSigner,
  verifyAssertion,
} from '@aauth-guard/core/assertion'
import {
  compileRoutes,
  createProxy,
  defaultProxyLimits,
  type Plan,
  type Route,
  type RouteTable,
  type Upstream,
} from '@aauth-guard/gateway'
import type { ServedRoute } from '../managed/served-routes.ts'
import { pathOf } from './path-of.ts'

/** A gateway, and the upstream behind it. */
export interface GatewayServers {
  readonly server: Server
  readonly upstream: Server
}

/** The same behind the gateway: an upstream answers what the assertion says, which it verifies with the published key. */
export async function gatewayServers(
  resource: Resource,
  routes: readonly ServedRoute[],
): Promise<GatewayServers> {
  const { server, upstream } = await gatewayParts(resource, routes)
  return { server, upstream }
}

/** The same, with what other servers of this gateway need. */
export async function gatewayParts(
  resource: Resource,
  routes: readonly ServedRoute[],
): Promise<GatewayServers & { readonly plan: Plan; readonly assertions: AssertionSigner }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'gateway', alg: 'ES256' }
  const assertions = createAssertionSigner({ issuer: resource.issuer, key })
  let keys: AssertionKeys | undefined
  const upstream = createServer(async (request, response) => {
    keys ??= createAssertionKeys({ url: `${urlOf(server)}/aauth/assertion-keys.json` })
    const options = { keys, issuer: resource.issuer, audience: 'target' }
    try {
      const { auth } = await verifyAssertion(request, options)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ auth }))
    } catch (error) {
      response.writeHead(error instanceof AssertionRefusedError ? error.status : 500).end(String(error))
    }
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port } = upstream.address() as AddressInfo
  const origin = { protocol: 'http:', hostname: '127.0.0.1', port } as const
  const table = tableOf(routes.map((route) => toUpstream(route, { name: 'target', origin })))
  const plan = { resource, table, limits: defaultProxyLimits }
  const { server } = createProxy({ plan: () => plan, assertions })
  return { server, upstream, plan, assertions }
}

function toUpstream({ path, require: requirement }: ServedRoute, upstream: Upstream): Route {
  return {
    name: path,
    path,
    methods: undefined,
    requirement,
    upstream,
    cutPrefix: '',
    addPrefix: '',
    pass: [],
    passNames: [],
    digest: 'buffer',
    maxContent: 1_048_576,
    upgrade: false,
    encodedSlash: false,
  }
}

/** A path of the target is not a pattern. Those that a route of the gateway cannot say are compared as they are. */
function tableOf(routes: readonly Route[]): RouteTable {
  const literal = new Map(routes.filter((route) => !isCompiled(route)).map((route) => [route.path, route]))
  const compiled = compileRoutes(routes.filter(isCompiled))
  return {
    routes,
    find(method, target) {
      const route = literal.get(pathOf(target))
      if (route === undefined) return compiled.find(method, target)
      return { outcome: 'route', route, target: target.slice(target.indexOf(route.path)) }
    },
  }
}

function isCompiled(route: Route): boolean {
  if (route.path.includes('*')) return false
  try {
    compileRoutes([route])
    return true
  } catch {
    return false
  }
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
