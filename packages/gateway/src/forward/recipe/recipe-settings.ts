import type { Route, Upstream, UpstreamOrigin } from '../../routes/route.ts'

/** A host and a port. */
export interface RecipeAddress {
  readonly host: string
  readonly port: number
}

/** The part of the configuration of a gateway that a recipe is made from. */
export interface RecipeSettings {
  /** `authorities` are the host names that agents call, by default the host of `issuer`. */
  readonly resource: { readonly issuer: string; readonly authorities?: readonly string[] }
  /** Where the gateway serves agents, here only the routes of the resource itself. */
  readonly listen: RecipeAddress
  /** Where the gateway answers proxies. */
  readonly forwardAuth: { readonly listen: RecipeAddress } | undefined
  readonly routes: readonly Route[]
  /** `maxContent`: octets of content of one request that the proxy takes. */
  readonly limits: { readonly maxContent: number }
}

/** What the languages of all proxies need to say. */
export interface RecipeFacts {
  /** The first is what upstreams get as `Host`. */
  readonly authorities: readonly string[]
  readonly publicListener: string
  readonly forwardListener: string
  readonly upstreams: readonly Upstream[]
  readonly maxContent: number
}

/** What a proxy needs that the gateway does not know. Every member has a default for an operator to edit. */
export interface RecipePlace {
  /** Where agents are served; by default port 443 of every address. */
  readonly listen?: { readonly address?: string; readonly port: number }
  /** Files of the certificate and its key. `null`: TLS ends in front of the proxy. */
  readonly tls?: { readonly certificate: string; readonly key: string } | null
  /** nginx: the file with the secret. */
  readonly secretFile?: string
}

/** @throws {TypeError} for what forward auth cannot do, and for values that cannot be printed */
export function recipeFacts({ resource, listen, forwardAuth, routes, limits }: RecipeSettings): RecipeFacts {
  if (forwardAuth === undefined)
    throw new TypeError('"forwardAuth" is missing: say where the gateway answers the proxy, and its secret')
  const { issuer, authorities = [new URL(issuer).host] } = resource
  for (const authority of authorities) assertPlain('"authorities"', authority, plainAuthority)
  if (authorities.length === 0) throw new TypeError('"authorities" is empty: name the host that agents call')
  return {
    authorities,
    publicListener: dialled('"listen"', listen),
    forwardListener: dialled('"forwardAuth.listen"', forwardAuth.listen),
    upstreams: upstreamsOf(routes),
    maxContent: limits.maxContent,
  }
}

const plainAuthority = /^[a-z0-9.:[\]-]+$/
const plainAddress = /^[A-Za-z0-9.:[\]-]+$/
const plainOrigin = /^[A-Za-z0-9._:/[\]-]+$/
const plainName = /^[A-Za-z0-9._-]+$/

/** The address at which a listener of this machine is dialled. */
function dialled(option: string, { host, port }: RecipeAddress): string {
  const own = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  const address = `${own.includes(':') ? `[${own}]` : own}:${port}`
  assertPlain(option, address, plainAddress)
  return address
}

/** The upstreams of all routes, each once. */
function upstreamsOf(routes: readonly Route[]): readonly Upstream[] {
  const upstreams = new Map<string, Upstream>()
  for (const { name, upstream, cutPrefix, addPrefix } of routes) {
    if (cutPrefix !== '' || addPrefix !== '')
      throw new TypeError(
        `the route "${name}" changes the target, which forward auth cannot: serve it by the reverse proxy`,
      )
    assertPlain('the name of an upstream', upstream.name, plainName)
    assertPlain(`the address of "${upstream.name}"`, addressOf(upstream.origin), plainOrigin)
    upstreams.set(upstream.name, upstream)
  }
  return [...upstreams.values()]
}

/** `127.0.0.1:3000`, or `unix:/run/notes.sock`. */
export function addressOf(origin: UpstreamOrigin): string {
  return 'socketPath' in origin
    ? `unix:${origin.socketPath}`
    : `${origin.hostname.includes(':') ? `[${origin.hostname}]` : origin.hostname}:${origin.port}`
}

/** Where the resource serves its own documents and endpoints. */
export const ownPaths: readonly string[] = ['/.well-known/aauth-resource.json', '/aauth/']

/** Values are printed into the language of a proxy as they are. */
function assertPlain(what: string, value: string, form: RegExp): void {
  if (!form.test(value))
    throw new TypeError(`${what} is ${JSON.stringify(value)}, which cannot stand in a recipe: rename it`)
}
