import type { Case, Sent, Suite } from './case.ts'

const read = { scope: 'notes.read' }
const apiKey = 'www-authenticate: ApiKey realm="notes"'
const bearer = 'www-authenticate: Bearer'
/** What every challenge says of AAuth. A resource token would stand in the last line. */
const aauth = [
  'signature-error: error=invalid_signature',
  'accept-signature-scheme: jwt',
  'aauth-requirement: requirement=agent-token',
]
const aauthAlone = [...aauth, '!www-authenticate']

/** A request without AAuth. */
const bare = (target: string, ...after: string[]): Sent => ({ target, token: 'none', wire: { after } })
/** A request that is signed, with lines that were not. */
const signed = (target: string, ...after: string[]): Sent => ({ target, grant: read, wire: { after } })

/** Fields that make a request an AAuth request, whatever they hold. */
const ofAAuth = [
  'Signature:',
  'Signature-Input:',
  'Signature-Key:',
  'Signature: ???',
  'Signature-Input: sig=("@method")',
  'Signature-Key: sig=jwt',
]
const traces: readonly Case[] = ofAAuth.flatMap((line): Case[] => [
  [
    `"${line}" beside the key is a second credential`,
    bare('/beside/key', line, 'X-API-Key: of-acme'),
    '400 invalid_request',
    undefined,
    ['!www-authenticate', '!aauth-requirement'],
  ],
  [
    `"${line}" alone is refused by AAuth alone`,
    bare('/beside/open', line),
    '401 invalid_signature',
    undefined,
    ['!www-authenticate'],
  ],
])

const authorizations: readonly Case[] = ['AAuth opaque', 'aauth opaque', 'AAuth', 'AAuth=opaque'].map(
  (value) => [
    `"Authorization: ${value}" beside the key is a second credential`,
    bare('/beside/key', `Authorization: ${value}`, 'X-API-Key: of-acme'),
    '400 invalid_request',
    undefined,
    ['!www-authenticate'],
  ],
)

/** Routes that take another credential during a migration. */
export const beside: Suite = {
  about: 'another credential beside AAuth',
  cases: [
    ...traces,
    ...authorizations,
    [
      'an agent is served as on any route, and its answer varies on both fields',
      signed('/beside/key'),
      '200 person-1 may notes.read',
      undefined,
      ['cache-control: private', 'vary: Signature-Key, Signature, X-API-Key'],
    ],
    [
      'a key is served, and its answer varies on both fields',
      bare('/beside/key', 'X-API-Key: of-acme'),
      '200 acme with X-API-Key may notes.read',
      undefined,
      ['cache-control: private', 'vary: Signature-Key, Signature, X-API-Key'],
    ],
    [
      'the name of the field is written in any case',
      bare('/beside/key', 'x-aPi-kEy: of-acme'),
      '200 acme with X-API-Key may notes.read',
    ],
    [
      'a Bearer token is served, and its answer varies on both fields',
      bare('/beside/bearer', 'Authorization: Bearer of-acme'),
      '200 acme with Bearer may notes.read',
      undefined,
      ['cache-control: private', 'vary: Signature-Key, Signature, Authorization'],
    ],
    [
      'the scheme is written in any case',
      bare('/beside/bearer', 'Authorization: bEARER of-acme'),
      '200 acme with Bearer may notes.read',
    ],
    [
      'a valid signature and a valid key are two credentials',
      signed('/beside/key', 'X-API-Key: of-acme'),
      '400 invalid_request',
      undefined,
      ['!www-authenticate', '!aauth-requirement'],
    ],
    [
      'a valid signature and an unknown key are two credentials',
      signed('/beside/key', 'X-API-Key: of-nobody'),
      '400 invalid_request',
    ],
    [
      'a valid signature and a Bearer token are two credentials',
      signed('/beside/bearer', 'Authorization: Bearer of-acme'),
      '400 invalid_request',
    ],
    [
      'a stale signature and a valid key are two credentials',
      { ...signed('/beside/key', 'X-API-Key: of-acme'), mistake: 'stale' },
      '400 invalid_request',
    ],
    [
      'AAuth and Bearer in two lines of Authorization are two credentials',
      bare('/beside/bearer', 'Authorization: Bearer of-acme', 'Authorization: AAuth opaque'),
      '400 invalid_request',
      undefined,
      ['!www-authenticate'],
    ],
    [
      'AAuth and Bearer in one line of Authorization are two credentials',
      bare('/beside/bearer', 'Authorization: Bearer of-acme, AAuth opaque'),
      '400 invalid_request',
      undefined,
      ['!www-authenticate'],
    ],
    [
      'a credential that the route does not name changes nothing for an agent',
      [
        signed('/beside/key', 'Authorization: Bearer of-acme'),
        signed('/beside/bearer', 'Authorization: Basic b2Y6YWNtZQ==', 'X-API-Key: of-acme'),
      ],
      '200 person-1 may notes.read | 200 person-1 may notes.read',
    ],
    [
      'a credential that the route does not name is none',
      bare('/beside/key', 'Authorization: Bearer of-acme', 'Cookie: key=of-acme'),
      '401 invalid_signature',
      undefined,
      [...aauth, apiKey],
    ],
    [
      'a request without a credential is challenged for both',
      bare('/beside/key'),
      '401 invalid_signature',
      undefined,
      [...aauth, apiKey],
    ],
    [
      'where nothing else is written, the challenge is the scheme',
      bare('/beside/bearer'),
      '401 invalid_signature',
      undefined,
      [...aauth, bearer],
    ],
    [
      'a request without a credential passes where the route is optional',
      bare('/beside/open'),
      '200 nobody',
      undefined,
      ['vary: Signature-Key, Signature, X-API-Key'],
    ],
    [
      'a key is served where the route is optional',
      bare('/beside/open', 'X-API-Key: of-acme'),
      '200 acme with X-API-Key may notes.read',
    ],
    [
      'an unknown key is challenged for both',
      bare('/beside/key', 'X-API-Key: of-nobody'),
      '401 invalid_signature',
      undefined,
      [...aauth, apiKey],
    ],
    [
      'an unknown key is challenged for both where the route is optional',
      bare('/beside/open', 'X-API-Key: of-nobody'),
      '401 invalid_signature',
      undefined,
      [...aauth, apiKey],
    ],
    [
      'an empty key is refused where the route is optional',
      bare('/beside/open', 'X-API-Key:'),
      '401 invalid_signature',
      undefined,
      [...aauth, apiKey],
    ],
    [
      'a key without the scope of the route is challenged for both, without a resource token',
      bare('/beside/key', 'X-API-Key: of-poor'),
      '401 invalid_signature',
      undefined,
      [...aauth, apiKey],
    ],
    [
      'a refused signature is challenged for AAuth alone',
      { ...signed('/beside/key'), mistake: 'stale' },
      '401 invalid_signature',
      undefined,
      ['!www-authenticate'],
    ],
    [
      'an agent without the scope gets its resource token, and no other challenge',
      { target: '/beside/key' },
      '401 auth_token_required',
      undefined,
      ['!www-authenticate'],
    ],
    [
      'Authorization of AAuth without a signature is challenged for AAuth alone',
      bare('/beside/key', 'Authorization: AAuth opaque'),
      '401 invalid_signature',
      undefined,
      aauthAlone,
    ],
    [
      'Authorization of AAuth without a signature does not pass as nobody',
      bare('/beside/open', 'Authorization: AAuth opaque'),
      '401 invalid_signature',
      undefined,
      aauthAlone,
    ],
    [
      'a check that throws lets nobody in, and challenges nobody',
      bare('/beside/key', 'X-API-Key: broken'),
      '503 server_error',
      undefined,
      ['retry-after: 5', '!www-authenticate', '!aauth-requirement'],
    ],
    [
      'a key in two lines is ambiguous',
      bare('/beside/key', 'X-API-Key: of-acme', 'X-API-Key: of-acme'),
      '400 invalid_request',
    ],
    [
      'two Bearer tokens are ambiguous',
      bare('/beside/bearer', 'Authorization: Bearer of-acme', 'Authorization: Bearer of-acme'),
      '400 invalid_request',
    ],
    [
      'a key after its end is refused and challenged for both',
      bare('/beside/ended', 'X-API-Key: of-acme'),
      '401 invalid_signature',
      undefined,
      [...aauth, apiKey],
    ],
    ['an agent is served after the end of the key', signed('/beside/ended'), '200 person-1 may notes.read'],
    [
      'a key passes without the mission from which it is exempt, and an agent does not',
      [bare('/beside/exempt', 'X-API-Key: of-acme'), { target: '/beside/exempt' }],
      '200 acme with X-API-Key may notes.read | 403 mission_required',
    ],
    [
      'a second guard that takes AAuth alone refuses a key',
      bare('/beside/twice', 'X-API-Key: of-acme'),
      '401 invalid_signature',
      undefined,
      aauthAlone,
    ],
    ['a key has no grant', bare('/beside/runs', 'X-API-Key: of-acme'), '403 access_denied'],
    [
      'a key is not an identity to getAuth, stepUp, missionGrant and lifetimeOf',
      bare('/beside/tools', 'X-API-Key: of-acme'),
      '200 getAuth throws TypeError, stepUp throws TypeError, missionGrant throws TypeError, lifetimeOf throws TypeError',
    ],
    [
      'an agent is one',
      { target: '/beside/tools', grant: { ...read, mission: 'A'.repeat(43) } },
      '200 getAuth serves, stepUp throws AAuthError, missionGrant serves, lifetimeOf serves',
    ],
  ],
}
