import type { ProxyKind } from '@aauth-guard/fixtures/proxy-server'

/** Where a request through nginx or Caddy ends otherwise than at the adapters, and why that is so. */
export interface ProxyDifference {
  readonly on: readonly ProxyKind[]
  readonly outcome: string
  /** What comes back as well where two things race. */
  readonly orElse?: string
  /** The cases, by what they say before their ids. */
  readonly cases: readonly string[]
  /** Served there though the adapters refuse it: then the reason says why nothing is served that was not signed. */
  readonly accepts?: true
  readonly because: string
}

const both = ['nginx', 'caddy'] as const

export const proxyDifferences: readonly ProxyDifference[] = [
  {
    on: ['nginx'],
    outcome: '503 undefined',
    cases: ['a route that is paid for asks for an auth token with 402, and never an unsigned caller'],
    because:
      'nginx sets only fields that its configuration names, and does not know those of a payment protocol: a refusal that it cannot write whole is not written',
  },
  {
    on: ['caddy'],
    outcome: '400 by the proxy',
    cases: ['HTTP/1.0 without Host is refused', 'an empty Host is refused'],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: ['caddy'],
    outcome: '200 person-1',
    cases: [
      'absolute form for another authority is refused',
      'absolute form with user information is refused',
    ],
    accepts: true,
    because:
      'the proxy leaves out scheme and authority of absolute form: method, path and the authority of the resource were signed, and the upstream gets a fixed Host',
  },
  {
    on: ['caddy'],
    outcome: '200 ',
    cases: ['asterisk form is refused'],
    accepts: true,
    because: 'Caddy answers it with an empty 200, and asks nobody',
  },
  {
    on: both,
    outcome: '400 invalid_request',
    orElse: 'closed',
    cases: [
      'a stream with a covered digest can be read by the handler',
      'content over the limit of the comparison is refused',
    ],
    because:
      'no proxy shows the content to the check; the connection may be closed while the agent still sends, so that it may not read the answer',
  },
  {
    on: ['nginx'],
    outcome: '400 by the proxy',
    cases: ['a chunk size that is not a number is refused by Node'],
    because: 'nginx reads the content before it connects to the upstream',
  },
  {
    on: ['caddy'],
    outcome: '502 by the proxy',
    orElse: '200 person-1',
    cases: ['a chunk size that is not a number is refused by Node'],
    accepts: true,
    because:
      'Caddy reads the content while it passes it on: an upstream that reads no content may have answered; what was signed had no content',
  },
  {
    on: ['caddy'],
    outcome: '400 ambiguous_target',
    cases: ['an encoded NUL is part of a parameter', 'octets beyond ASCII in the target are refused by Node'],
    because:
      'the gateway refuses a target that a lenient server would take for one of another route, before it decides who calls',
  },
  {
    on: both,
    outcome: '400 ambiguous_target',
    cases: [
      'a backslash in the path is refused even if it was signed',
      'a capital letter that is percent-encoded without need is refused, /%41dmin',
      'a doubled slash at the start does not bypass the guard of a mount',
      'a fragment behind a query is refused',
      'a fragment is refused',
      'a letter in the middle that is percent-encoded without need is refused, /ad%6din',
      'a letter of a mount that is percent-encoded without need is refused, /%6dounted/x',
      'a letter that is percent-encoded without need is refused, /%61dmin',
      'a mount in capitals does not bypass its guard',
      'a path in capitals is another path',
      'a signature is refused for a target with one more slash',
      'a single dot segment in the path is refused even if it was signed',
      'a slash at the end is another path',
      'an encoded backslash is part of a parameter',
      'an encoded hash starts no fragment',
      'an encoded letter does not bypass the guard of a mount',
      'an encoded question mark starts no query',
      'an encoded slash is not a slash to a router',
      'an encoded space at the end is part of the path',
      'an unknown path of a mounted application is answered 404',
      'dot segments at the end in the path is refused even if it was signed',
      'dot segments in the path is refused even if it was signed',
      'dot segments inserted on the way are refused',
      'encoded dot segments in the path is refused even if it was signed',
      'encoded dot segments inserted on the way are refused',
      'encoded dots behind an encoded slash are part of a parameter',
      'half encoded dot segments in the path is refused even if it was signed',
      'octets that are not UTF-8 are unchanged',
      'path parameters of RFC 2396 are part of the path',
      'two slashes at the start are another path than one',
      'two slashes at the start do not begin an authority',
      'two slashes inserted on the way are refused',
    ],
    because:
      'the gateway refuses a target that a lenient server would take for one of another route, before it decides who calls',
  },
  {
    on: both,
    outcome: '400 invalid_request',
    cases: [
      'GET with content and its digest is served',
      'JSON in chunks with a covered digest can be read by the handler',
      'JSON that was changed on the way is refused',
      'JSON with a covered digest can be read by the handler',
      'a form in chunks with a covered digest can be read by the handler',
      'a form that was changed on the way is refused',
      'a form with a covered digest can be read by the handler',
      'a multipart form in chunks with a covered digest can be read by the handler',
      'a multipart form that was changed on the way is refused',
      'a multipart form with a covered digest can be read by the handler',
      'a parser before the guard does not hide a change',
      'a parser before the guard keeps the content for the comparison',
      'a route that requires the digest accepts content with it',
      'a stream that was changed on the way is refused',
      'a text in chunks with a covered digest can be read by the handler',
      'a text that was changed on the way is refused',
      'a text with a covered digest can be read by the handler',
      'an empty content with its digest is accepted',
      'an empty content with the digest of other content is refused',
      'changed content that no handler reads is refused',
      'chunked content without octets is accepted with the digest of an empty content',
      'content that no handler reads is still compared',
      'content that was read before the guard and not kept is refused if its digest is covered',
      'the digest of compressed JSON is that of the compressed content',
      'two guards compare content once',
    ],
    because:
      'no proxy shows the content to the check, so a signed digest is refused unless the upstream compares it',
  },
  {
    on: both,
    outcome: '400 invalid_request | 200 person-1',
    cases: ['content that is compared and refused is read off the connection'],
    because:
      'no proxy shows the content to the check, so a signed digest is refused unless the upstream compares it',
  },
  {
    on: both,
    outcome: '400 invalid_request | 401 invalid_signature',
    cases: [
      'a POST with a covered digest is accepted once',
      'a route with singleUse accepts a GET with the digest of no content once',
      'a route with singleUse accepts a POST with a digest once',
    ],
    because:
      'no proxy shows the content to the check, so a signed digest is refused unless the upstream compares it',
  },
  {
    on: both,
    outcome: '400 bad_request',
    cases: [
      'a preflight reaches the CORS middleware',
      'a preflight that no handler answers gets 404',
      'the answer of a guarded route to a preflight has no content',
      'the answer of a handler to a preflight has no content',
    ],
    because:
      'a preflight passes without a caller only where its answer loses its content, which proxies pass on',
  },
  {
    on: both,
    outcome: '400 bad_request',
    cases: ['a header cannot override the method', 'forwarded headers have no effect'],
    because: 'no recipe removes such a field, so the gateway refuses the request',
  },
  {
    on: both,
    outcome: '200 person-1',
    cases: [
      'a covered @request-target differs between absolute form and origin form',
      'a covered @request-target is refused in absolute form',
    ],
    accepts: true,
    because: 'the proxy makes origin form of absolute form: what is signed is what the upstream gets',
  },
  {
    on: ['caddy'],
    outcome: '200 person-1',
    cases: ['absolute form with an empty authority is refused'],
    accepts: true,
    because:
      'the proxy leaves out scheme and authority of absolute form: method, path and the authority of Host were signed, and the upstream gets a fixed Host',
  },
  {
    on: ['nginx'],
    outcome: '200 person-1',
    cases: ['absolute form for another authority is refused'],
    accepts: true,
    because:
      'the proxy leaves out scheme and authority of absolute form: method, path and the authority of Host were signed, and the upstream gets a fixed Host',
  },
  {
    on: both,
    outcome: '200 person-1',
    cases: ['absolute form of another scheme is refused'],
    accepts: true,
    because:
      'the proxy leaves out scheme and authority of absolute form: method, path and the authority of Host were signed, and the upstream gets a fixed Host',
  },
  {
    on: both,
    outcome: '200 person-1',
    cases: [
      'a line that ends in a line feed alone is refused by Node',
      'bare line feeds are refused by Node',
    ],
    accepts: true,
    because: 'the proxy takes a line feed for the end of a line, and passes on lines that end as they should',
  },
  {
    on: ['nginx'],
    outcome: '200 person-1',
    cases: ['a field that is named like a derived component is refused by Node'],
    accepts: true,
    because: 'nginx drops a field whose name has other characters than letters, digits and hyphens',
  },
  {
    on: ['caddy'],
    outcome: '200 person-1',
    cases: ['a folded line is refused by Node'],
    accepts: true,
    because: 'Caddy unfolds the line; gateway and upstream get the same value',
  },
  {
    on: ['caddy'],
    outcome: '200 person-1',
    cases: ['length and chunks together are refused by Node'],
    accepts: true,
    because: 'Caddy takes the chunks for the content, and passes on nothing but chunks',
  },
  {
    on: ['nginx'],
    outcome: '200 person-1',
    cases: ['an unknown expectation is refused by Node'],
    accepts: true,
    because: 'nginx does not know the expectation and passes it to nobody',
  },
  {
    on: ['caddy'],
    outcome: '400 by the proxy',
    cases: [
      'Host with user information is refused',
      'a field that is named like a derived component is refused by Node',
    ],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: ['nginx'],
    outcome: '400 by the proxy',
    cases: [
      'AAuth and Bearer in two lines of Authorization are two credentials',
      'CONNECT closes the connection',
      'a folded line is refused by Node',
      'a line over the limit is refused by Node',
      'a method in lower case is refused by Node',
      'absolute form with an empty authority is refused',
      'absolute form with user information is refused',
      'an empty Host is refused',
      'an encoded NUL is part of a parameter',
      'asterisk form is refused',
      'length and chunks together are refused by Node',
      'more lines than Node keeps are refused',
      'two Authorization lines are ambiguous',
      'two Bearer tokens are ambiguous',
    ],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: both,
    outcome: '400 by the proxy',
    cases: [
      'HTTP/1.1 without Host is refused by Node',
      'Host with a path is refused',
      'Host with a tab is refused',
      'a NUL in a line is refused by Node',
      'a line that is cut by a carriage return is refused by Node',
      'a parameter that cannot be decoded is unchanged',
      'a space before the colon is refused by Node',
      'a space in the target is refused by Node',
      'authority form is refused by Node',
      'two Host lines are ambiguous',
      'two Host lines are ambiguous even when they agree',
      'two lengths are refused by Node',
    ],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: ['nginx'],
    outcome: '405 by the proxy',
    cases: ['TRACE is served to who signed TRACE'],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: ['caddy'],
    outcome: '417 by the proxy',
    cases: ['an unknown expectation is refused by Node'],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: ['caddy'],
    outcome: '431 by the proxy',
    cases: ['more lines than Node keeps are refused'],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: ['caddy'],
    outcome: '501 Unsupported transfer encoding',
    cases: ['an unknown transfer coding is refused by Node'],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: ['nginx'],
    outcome: '501 by the proxy',
    cases: ['an unknown transfer coding is refused by Node'],
    because: 'the proxy refuses it before it asks the gateway',
  },
  {
    on: both,
    outcome:
      '200 getAuth throws TypeError, stepUp throws TypeError, missionGrant throws TypeError, lifetimeOf throws TypeError',
    cases: ['an agent is one'],
    because: 'an upstream gets an assertion, which the functions of a guard refuse',
  },
  {
    on: both,
    outcome: '401 auth_token_required',
    cases: ['the app answers a step-up that is passed on'],
    because: 'the gateway answers every refusal itself',
  },
  {
    on: both,
    outcome: '401 invalid_signature',
    cases: ['the app answers a refusal that is passed on'],
    because: 'the gateway answers every refusal itself',
  },
  {
    on: both,
    outcome: '401 invalid_signature',
    cases: ['a key has no grant'],
    because: 'a grant is checked by the route of the gateway, which then takes no key',
  },
  {
    on: ['caddy'],
    outcome: '405 method_not_allowed',
    cases: ['CONNECT closes the connection', 'TRACE is served to who signed TRACE'],
    because: 'the gateway serves neither CONNECT nor TRACE',
  },
  {
    on: ['nginx'],
    outcome: '400 bad_request',
    cases: ['octets beyond ASCII in the target are refused by Node'],
    because: 'the proxy passes it to the gateway, which refuses it',
  },
  {
    on: ['caddy'],
    outcome: '401 invalid_signature',
    cases: ['a method in lower case is refused by Node'],
    because: 'the proxy passes it to the gateway, which refuses it',
  },
  {
    on: both,
    outcome: '401 invalid_signature',
    cases: ['an unknown method is refused by Node'],
    because: 'the proxy passes it to the gateway, which refuses it',
  },
  {
    on: ['nginx'],
    outcome: '400 bad_request',
    cases: ['absolute form without a path is not routed by its query'],
    because: 'the proxy hands the gateway the target in origin form, and the gateway decides about that',
  },
  {
    on: ['caddy'],
    outcome: '401 invalid_signature',
    cases: ['a character that URL parsers encode in the path is refused even if it was signed'],
    because: 'the proxy hands the gateway the target in origin form, and the gateway decides about that',
  },
  {
    on: ['nginx'],
    outcome: '401 invalid_signature',
    cases: ['absolute form determines the authority, and Host does not'],
    because: 'the proxy hands the gateway the target in origin form, and the gateway decides about that',
  },
]

/** What may come back through a proxy. @param outcome what comes back from the adapters */
export function proxyOutcomes(kind: ProxyKind, rule: string, outcome: string): readonly string[] {
  const listed = proxyDifferences.find(({ on, cases }) => on.includes(kind) && cases.includes(keyOf(rule)))
  if (listed === undefined) return [outcome]
  return listed.orElse === undefined ? [listed.outcome] : [listed.outcome, listed.orElse]
}

/** A rule without its ids. */
export function keyOf(rule: string): string {
  return rule.replace(/ \[[^\]]*\]$/, '')
}
