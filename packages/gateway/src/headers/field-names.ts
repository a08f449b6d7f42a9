/**
 * A field name as a loose server may read it: in lower case, every character but letters and digits as `-`. CGI, WSGI and
 * PHP make one variable of `X-Real-IP`, `X_Real_IP` and, in some servers, `X.Real.IP`.
 */
export function looseName(name: string): string {
  let loose = ''
  for (const character of name) loose += isLetterOrDigit(character) ? character.toLowerCase() : '-'
  return loose
}

/** Whether a name consists of letters, digits and `-`, so that only its case can differ from another spelling of it. */
export function isPlainName(name: string): boolean {
  for (const character of name) if (character !== '-' && !isLetterOrDigit(character)) return false
  return name !== ''
}

/** Of ASCII, before its case is changed: a Kelvin sign in lower case is a `k`. */
function isLetterOrDigit(character: string): boolean {
  const isLetter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
  return isLetter || (character >= '0' && character <= '9')
}

/**
 * By which other proxies and content delivery networks say where a request came from. Libraries for the address of a client
 * read several of them. Requests of honest agents may carry them, so forward auth has them removed.
 */
export const addressFields: readonly string[] = [
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'client-ip',
  'fastly-client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-envoy-external-address',
  'x-forwarded',
  'x-host',
  'x-originating-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-scheme',
  'x-url-scheme',
]

const reserved: ReadonlySet<string> = new Set([
  ...addressFields,
  'aauth-mission',
  'remote-user',
  'x-remote-user',
  'forwarded',
  'x-real-ip',
  'x-method-override',
  'proxy',
])
const reservedPrefixes = [
  'aauth-guard-',
  'x-aauth-',
  'x-forwarded-',
  'x-original-',
  'x-rewrite-',
  'x-http-method',
  // By which proxies that sign people in say who they are.
  'cf-access-',
  'ssl-client-',
  'tailscale-user-',
  'x-amzn-oidc-',
  'x-auth-request-',
  'x-authenticated-',
  'x-goog-authenticated-user-',
  'x-ms-client-principal',
  'x-pomerium-',
  'x-ssl-client-',
  'x-webauth-',
] as const

/**
 * Whether upstreams believe that a field of this name comes from the gateway or from another proxy. What an agent sends
 * under such a name is never passed on.
 *
 * @param loose as {@link looseName} writes it
 */
export function isReservedName(loose: string): boolean {
  return reserved.has(loose) || reservedPrefixes.some((prefix) => loose.startsWith(prefix))
}

/** `Signature`, `Signature-Input`, `Signature-Key` and the like: a credential for the gateway, not for the upstream. */
export function isSignatureName(loose: string): boolean {
  return loose.startsWith('signature')
}

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Whether a field belongs to one connection (RFC 9110, section 7.6.1), or did in an earlier version of HTTP. */
export function isHopByHopName(loose: string): boolean {
  return hopByHop.has(loose)
}
