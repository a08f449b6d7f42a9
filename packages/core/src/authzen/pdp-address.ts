import { assert } from '../assert/assert.ts'
import { isLoopbackHost } from '../wire/loopback.ts'
import { quoted } from '../wire/quoted.ts'

/**
 * The address of the policy server. Errors do not show it where it may contain a secret.
 * @throws {TypeError}
 */
export function checkPdp(pdp: unknown, http: boolean): { readonly url: string; readonly origin: string } {
  const example = 'such as "https://pdp.example/access/v1/evaluation"'
  assert(
    typeof pdp === 'string' && URL.canParse(pdp),
    `"pdp" is not an address: write that of the access evaluation endpoint, ${example}`,
  )
  const { protocol, username, password, search, hash, hostname, pathname, origin, href } = new URL(pdp)
  assert(
    protocol === 'https:' || protocol === 'http:',
    `"pdp" has the scheme ${quoted(protocol)}: use https, ${example}`,
  )
  assert(username + password === '', '"pdp" contains a user name or password: remove it and use "credential"')
  assert(
    search + hash === '' && !pdp.includes('#') && !pdp.includes('?'),
    '"pdp" has a query or a fragment: remove it, and use "credential" for a secret',
  )
  assert(pathname !== '/', `"pdp" has no path: write the whole address of the endpoint, ${example}`)
  assert(
    protocol === 'https:' || http || isLoopbackHost(hostname),
    `"pdp" is plain http to ${quoted(hostname)}, so anyone on the way could answer: use https, or set "http" to true in a network of your own`,
  )
  return { url: href, origin }
}
