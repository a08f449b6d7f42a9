import type { Route, Upstream, UpstreamOrigin } from '../../routes/route.ts'

/** What a recipe says, taken from the configuration of the gateway. */
export interface RecipeSettings {
  /** Host names that agents call, with a port unless it is 443; the first is what upstreams get as `Host`. */
  readonly authorities: readonly string[]
  /** Addresses of the gateway as the proxy dials them, `127.0.0.1:9080` or `unix:/run/aauth/forward.sock`. */
  readonly publicListener: string
  readonly forwardListener: string
  readonly routes: readonly Route[]
  /** Octets of content of one request that the proxy takes. */
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

/** The upstreams of all routes, each once. @throws {TypeError} for what forward auth cannot do */
export function recipeUpstreams({ authorities, routes, ...settings }: RecipeSettings): readonly Upstream[] {
  for (const authority of authorities) assertPlain('"authorities"', authority, /^[a-z0-9.:[\]-]+$/)
  if (authorities.length === 0) throw new TypeError('"authorities" is empty: name the host that agents call')
  for (const name of ['publicListener', 'forwardListener'] as const)
    assertPlain(`"${name}"`, settings[name], /^(?:[A-Za-z0-9.[\]:-]+:\d+|unix:[A-Za-z0-9._/-]+)$/)
  const upstreams = new Map<string, Upstream>()
  for (const { name, upstream, cutPrefix, addPrefix, upgrade } of routes) {
    if (cutPrefix !== '' || addPrefix !== '')
      throw new TypeError(
        `the route "${name}" changes the target, which forward auth cannot: serve it by the reverse proxy`,
      )
    if (upgrade)
      throw new TypeError(
        `the route "${name}" lets connections be upgraded, which forward auth cannot end in time: serve it by the reverse proxy`,
      )
    assertPlain('the name of an upstream', upstream.name, /^[A-Za-z0-9._-]+$/)
    assertPlain(`the address of "${upstream.name}"`, addressOf(upstream.origin), /^[A-Za-z0-9._:/[\]-]+$/)
    upstreams.set(upstream.name, upstream)
  }
  return [...upstreams.values()]
}

/** `127.0.0.1:3000`, or `unix:/run/notes.sock`. */
export function addressOf(origin: UpstreamOrigin): string {
  return 'socketPath' in origin ? `unix:${origin.socketPath}` : `${origin.hostname}:${origin.port}`
}

/** Where the resource serves its own documents and endpoints. */
export const ownPaths: readonly string[] = ['/.well-known/aauth-resource.json', '/aauth/']

/** Values are printed into the language of a proxy as they are. */
function assertPlain(what: string, value: string, form: RegExp): void {
  if (!form.test(value))
    throw new TypeError(`${what} is ${JSON.stringify(value)}, which cannot stand in a recipe: rename it`)
}
