import { checkPath } from '../forward-auth-handler.ts'
import { endedFields, removedFields } from '../proxy-fields.ts'
import { addressOf, ownPaths, type RecipeFacts, type RecipePlace } from './recipe-settings.ts'

/** Traefik sets them itself, after all middlewares. */
const setByTraefik: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
])

/** A file of dynamic configuration, for the file provider. Not run against Traefik. */
export function traefikRecipe(facts: RecipeFacts, place: RecipePlace): string {
  const { authorities, publicListener, forwardListener, upstreams } = facts
  const [upstream] = upstreams
  if (upstream === undefined || upstreams.length > 1)
    throw new TypeError(
      'Traefik cannot be told by the gateway which upstream a request is for: print a recipe for routes to one upstream',
    )
  if ('socketPath' in upstream.origin)
    throw new TypeError(`Traefik does not dial "unix:${upstream.origin.socketPath}": let it listen on a port`)
  const [authority = ''] = authorities
  const hosts = authorities.map((one) => `Host(\`${one.replace(/:\d+$/, '')}\`)`).join(' || ')
  const own = ownPaths
    .map((path) => (path.endsWith('/') ? `PathPrefix(\`${path}\`)` : `Path(\`${path}\`)`))
    .join(' || ')
  const router = `entryPoints: [${place.tls === null ? 'web' : 'websecure'}]${place.tls === null ? '' : '\n      tls: {}'}`
  const removed = [...removedFields.filter((name) => !setByTraefik.has(name)), ...endedFields, 'upgrade']
  return `# Not run against Traefik. The secret stands in the environment of Traefik as AAUTH_GUARD_SECRET. The entry point must
# not trust forwarded headers of agents (neither forwardedHeaders.insecure nor trustedIPs that agents have).
http:
  routers:
    aauth-guard-own:
      rule: "(${hosts}) && (${own})"
      priority: 1000
      ${router}
      service: aauth-guard-public
    # Everything else is asked for. No other router may lead to the upstream.
    aauth-guard:
      rule: "${hosts}"
      priority: 999
      ${router}
      middlewares: [aauth-guard-secret, aauth-guard-check, aauth-guard-remove]
      service: aauth-guard-upstream
  middlewares:
    aauth-guard-secret:
      headers:
        customRequestHeaders:
          AAuth-Guard-Forwarded: '{{ env "AAUTH_GUARD_SECRET" }}'
    aauth-guard-check:
      forwardAuth:
        address: "http://${forwardListener}${checkPath}"
        trustForwardHeader: false
        # Traefik removes these before it sets what the gateway sent.
        authResponseHeaders: [AAuth-Guard-Assertion, Authorization, Cookie]
    aauth-guard-remove:
      headers:
        customRequestHeaders:
          Host: ${authority}
${removed.map((name) => `          ${name}: ""\n`).join('')}        customResponseHeaders:
          Cache-Control: private, no-store
  services:
    aauth-guard-public:
      loadBalancer:
        servers: [{ url: "http://${publicListener}" }]
    aauth-guard-upstream:
      loadBalancer:
        servers: [{ url: "${upstream.origin.protocol}//${addressOf(upstream.origin)}" }]
`
}
