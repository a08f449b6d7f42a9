import { claims } from '../claim.ts'
import { grantee, mission } from '../identities.ts'
import { now } from '../scene.ts'
import { authToken } from '../tokens.ts'
import { p256Agent } from './confirmed-key.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'
const saying = (said: Record<string, unknown>) => authToken({ claims: said })
const byAccessServer = { ...grantee, iss: as }

/** What an auth token of draft 11 says, and whose is believed. */
export const authTokens = claims(
  'person-token',
  { route: { scope: 'notes.read' }, token: authToken() },
  {
    accept: {
      'auth-token': {
        title: 'An auth token that grants the scope is accepted',
        ids: 'R11-067 AUTH-10',
        auth: grantee,
      },
      'auth-token-of-es256-agent': {
        title: 'An auth token may confirm a key of ES256',
        ids: 'SIG-24 R11-102',
        agent: p256Agent,
        auth: grantee,
      },
      'list-of-one-audience-in-auth-token': {
        title: 'The audience of an auth token may be a list of one',
        ids: 'JWT-18 R11-060',
        token: saying({ aud: ['https://notes.example'] }),
        auth: grantee,
      },
      'further-claims-in-auth-token': {
        title: 'Further claims of an auth token that the resource names are in the identity',
        ids: 'R11-067',
        resource: { claims: ['org'] },
        token: saying({ org: { id: 7, units: [null, true] }, groups: ['staff'] }),
        auth: { ...grantee, claims: { org: { id: 7, units: [null, true] } } },
      },
      'more-scopes': {
        title: 'An auth token may grant more than the route requires',
        ids: 'AUTH-10 G20',
        token: authToken({ scope: 'notes.write notes.read' }),
        auth: { ...grantee, scopes: ['notes.write', 'notes.read'] },
      },
      'auth-token-on-person-route': {
        title: 'An auth token is accepted on a route for persons',
        ids: 'R11-072',
        route: { accept: 'person-token' },
        auth: grantee,
      },
      'own-access-server': {
        title:
          'The access server of the resource may issue a token for a person of the person server it names',
        ids: 'R11-062 R11-063 AUTH-2',
        resource: { accessServer: as },
        token: authToken({}, 'accessServer'),
        auth: byAccessServer,
      },
      'admitted-access-server': {
        title: 'A token of a listed access server is accepted',
        ids: 'R11-063 AUTH-2',
        resource: { trust: { personServers: 'any', accessServers: [as] } },
        token: authToken({}, 'accessServer'),
        auth: byAccessServer,
      },
      'person-server-beside-access-server': {
        title: 'A resource with an access server may accept tokens of person servers too',
        ids: 'R11-064 AUTH-2',
        resource: { accessServer: as, acceptPersonServerTokens: true },
        auth: grantee,
      },
      'unknown-claims-in-auth-token': {
        title: 'Unknown claims in an auth token are ignored',
        ids: 'R11-044 AUTH-16 G23',
        token: saying({ groups: ['admin'], r3_granted: [], email: 'p@ps.example' }),
        auth: grantee,
      },
      'scope-said-twice': {
        title: 'A scope that is granted twice is accepted',
        ids: 'G20',
        token: authToken({ scope: 'notes.read notes.read' }),
        auth: grantee,
      },
      'same-account': {
        title: 'An auth token for the account of the route is accepted',
        ids: 'R11-068 AUTH-11 G21',
        route: { scope: 'notes.read', account: 'ws-7' },
        token: authToken({ account: 'ws-7' }),
        auth: { ...grantee, account: 'ws-7' },
      },
      'mission-required-and-there': {
        title: 'A mission of the approver that the route requires is accepted',
        ids: 'MISS-10 MISS-11',
        route: { scope: 'notes.read', mission: { approver: ps } },
        token: authToken({ mission }),
        auth: { ...grantee, mission: { approver: ps, s256: mission } },
      },
      'mission-vouched-by-access-server': {
        title: 'The approver of a mission is the person server, even if an access server signs',
        ids: 'MISS-6 MISS-12',
        resource: { accessServer: as },
        token: authToken({ mission }, 'accessServer'),
        auth: { ...byAccessServer, mission: { approver: ps, s256: mission } },
      },
    },
    refuse: {
      'audience-list-of-auth-token': {
        title: 'An auth token must have one audience',
        ids: 'JWT-18 R11-060',
        token: saying({ aud: ['https://notes.example', 'https://other.example'] }),
        error: 'invalid_jwt',
      },
      'other-audience': {
        title: 'An auth token for another resource is refused',
        ids: 'R11-060 JWT-18 G09',
        token: authToken({ aud: 'https://other.example' }),
        error: 'invalid_jwt',
      },
      'auth-token-without-subject': {
        title: 'An auth token must name a person',
        ids: 'R11-061 AUTH-7',
        token: saying({ sub: undefined }),
        error: 'invalid_jwt',
      },
      'person-server-not-the-issuer': {
        title: 'A person server must not issue tokens in the name of another',
        ids: 'R11-065 AUTH-7 MISS-6 G13',
        token: saying({ ps: 'https://other.example' }),
        error: 'invalid_jwt',
      },
      'person-server-malformed': {
        title: 'The person server in an auth token must be a server identifier',
        ids: 'R11-065 AUTH-7 G13',
        resource: { accessServer: as },
        token: authToken({ claims: { ps: 'https://ps.example/' } }, 'accessServer'),
        error: 'invalid_jwt',
      },
      'no-generation': {
        title: 'An auth token with neither agent nor person server belongs to no generation',
        ids: 'JWT-20 R11-065',
        token: saying({ ps: undefined }),
        error: 'invalid_jwt',
      },
      'both-generations': {
        title: 'An auth token with agent and person server belongs to no generation',
        ids: 'R11-070 JWT-20 AUTH-8',
        token: saying({ agent: 'aauth:planner@agent.example' }),
        error: 'invalid_jwt',
      },
      'mission-of-both-shapes': {
        title: 'An auth token must not have a mission of the older shape beside the newer one',
        ids: 'R11-070 JWT-20 AUTH-8',
        token: saying({ mission_s256: mission, mission: { approver: ps, s256: mission } }),
        error: 'invalid_jwt',
      },
      'presented-jti-in-auth-token': {
        title: 'presented_jti is refused in an auth token',
        ids: 'JWT-20',
        token: saying({ presented_jti: 'id-0' }),
        error: 'invalid_jwt',
      },
      'unlisted-access-server': {
        title: 'A token of an unlisted access server is refused without a fetch',
        ids: 'R11-063 AUTH-2 G11',
        token: authToken({}, 'accessServer'),
        error: 'invalid_jwt',
        requirement: 'person-token',
      },
      'access-server-bypassed': {
        title: 'A token of a person server is refused when an access server is configured',
        ids: 'R11-064 AUTH-2',
        resource: { accessServer: as },
        error: 'invalid_jwt',
        requirement: 'person-token',
      },
      'auth-token-over-an-hour': {
        title: 'An auth token lives at most an hour',
        ids: 'R11-034 JWT-15 G03',
        token: authToken({ lifetime: 3601 }),
        error: 'invalid_jwt',
      },
      'expired-auth-token': {
        title: 'An expired auth token is challenged for a person token',
        ids: 'R11-030 R11-152 CHAL-12',
        token: saying({ iat: now - 3600, exp: now }),
        error: 'expired_jwt',
        requirement: 'person-token',
      },
      'revoked-auth-token': {
        title: 'A revoked auth token is challenged for a person token and gets no resource token',
        ids: 'R11-255 R11-256 R11-257 CHAL-14 K17',
        before: [{ revoked: { iss: ps, jti: 'id-1' } }],
        error: 'revoked_jwt',
        requirement: 'person-token',
        mayFetch: true,
      },
      'scope-as-list': {
        title: 'A scope must be a string',
        ids: 'G20',
        token: saying({ scope: ['notes.read'] }),
        error: 'invalid_jwt',
      },
      'too-many-scopes': {
        title: 'An auth token grants at most 64 scopes',
        ids: 'G20',
        token: authToken({ scope: Array.from({ length: 65 }, (_, index) => `s${index}`).join(' ') }),
        error: 'invalid_jwt',
      },
      'scope-between-tabs': {
        title: 'Scope values must be separated by single spaces',
        ids: 'G20',
        token: authToken({ scope: 'notes.read\tnotes.write' }),
        error: 'invalid_jwt',
      },
    },
  },
)
