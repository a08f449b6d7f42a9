import { claims } from '../claim.ts'
import { mission, olderGrantee, olderGranteeOfClass } from '../identities.ts'
import { now } from '../scene.ts'
import { olderAuthToken, without } from '../tokens.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'
const saying = (said: Record<string, unknown>) => olderAuthToken({ claims: said })
/** What an auth token of drafts 01 to 10 says, and whose is believed. */
export const olderAuthTokens = claims(
  'mission-header',
  { route: { scope: 'notes.read' }, token: olderAuthToken() },
  {
    accept: {
      'older-auth-token': {
        title: 'An auth token of a person server identifies agent, person and provider',
        ids: 'AUTH-3 CLASS-1',
        auth: olderGrantee,
      },
      'older-token-of-access-server': {
        title: 'An auth token of an access server need not name a person server',
        ids: 'AUTH-2',
        resource: { accessServer: as },
        token: olderAuthToken({}, 'accessServer'),
        auth: without({ ...olderGranteeOfClass, iss: as }, 'ps'),
      },
      'scope-without-person': {
        title: 'An auth token may grant a scope without naming a person',
        ids: 'AUTH-6',
        token: saying({ sub: undefined }),
        auth: without(olderGrantee, 'sub'),
      },
      'older-list-of-one-audience': {
        title: 'The audience of an auth token of drafts 01 to 10 may be a list of one',
        ids: 'JWT-18',
        token: saying({ aud: ['https://notes.example'] }),
        auth: olderGrantee,
      },
      'older-further-claims': {
        title: 'Further claims of drafts 01 to 10 that the resource names are in the identity',
        ids: 'AUTH-9',
        resource: { claims: ['groups'] },
        token: saying({ groups: ['staff'] }),
        auth: { ...olderGrantee, claims: { groups: ['staff'] } },
      },
      'older-tenant-and-account': {
        title: 'Tenant and account are in the identity',
        ids: 'AUTH-9 AUTH-11',
        route: { scope: 'notes.read', account: 'ws-7' },
        token: olderAuthToken({ tenant: 'corp', account: 'ws-7' }),
        auth: { ...olderGrantee, tenant: 'corp', account: 'ws-7' },
      },
      'mission-object': {
        title: 'A mission in a token may have further members, which are ignored',
        ids: 'AUTH-14 AUTH-15 MISS-6',
        token: saying({ mission: { approver: ps, s256: mission, title: 'Groceries' } }),
        auth: { ...olderGrantee, mission: { approver: ps, s256: mission } },
      },
      'mission-object-of-access-server': {
        title: 'The access server of the resource may issue tokens for missions of any person server',
        ids: 'AUTH-14 MISS-6 MISS-12',
        resource: { accessServer: as },
        token: olderAuthToken({ mission }, 'accessServer'),
        auth: without({ ...olderGranteeOfClass, iss: as, mission: { approver: ps, s256: mission } }, 'ps'),
      },
      'older-token-issued-one-window-ahead': {
        title: 'An older token issued one window ahead is accepted',
        ids: 'JWT-14',
        token: saying({ iat: now + 60, exp: now + 3600 }),
        auth: olderGrantee,
      },
    },
    refuse: {
      'malformed-agent': {
        title: 'An older auth token must name an agent',
        ids: 'AUTH-3',
        token: saying({ agent: 'planner' }),
        error: 'invalid_jwt',
      },
      'neither-person-nor-scope': {
        title: 'An auth token without a person and a scope is refused',
        ids: 'AUTH-6',
        route: {},
        token: saying({ sub: undefined, scope: undefined }),
        error: 'invalid_jwt',
      },
      'mission-of-another-person-server': {
        title: 'A person server must not issue a token for a mission of another',
        ids: 'AUTH-15 MISS-6',
        token: saying({ mission: { approver: 'https://other.example', s256: mission } }),
        error: 'invalid_jwt',
      },
      'mission-of-the-newer-shape': {
        title: 'An older auth token must not have a mission of the newer shape',
        ids: 'JWT-20',
        token: saying({ mission_s256: mission }),
        error: 'invalid_jwt',
      },
      'mission-digest-malformed': {
        title: 'A mission in a token must have a digest',
        ids: 'AUTH-14',
        token: saying({ mission: { approver: ps, s256: `${mission}=` } }),
        error: 'invalid_jwt',
      },
      'mission-approver-malformed': {
        title: 'The approver of a mission must be a server identifier',
        ids: 'AUTH-14',
        resource: { accessServer: as },
        token: olderAuthToken({ claims: { mission: { approver: `${ps}/`, s256: mission } } }, 'accessServer'),
        error: 'invalid_jwt',
      },
      'older-token-for-another-resource': {
        title: 'An older auth token for another resource is refused',
        ids: 'JWT-18 G09',
        token: olderAuthToken({ aud: 'https://other.example' }),
        error: 'invalid_jwt',
      },
      'older-audience-list': {
        title: 'An auth token of drafts 01 to 10 must have one audience',
        ids: 'JWT-18 G09',
        token: saying({ aud: ['https://notes.example', 'https://other.example'] }),
        error: 'invalid_jwt',
      },
      'older-token-over-an-hour': {
        title: 'An older auth token lives at most an hour',
        ids: 'JWT-15 G03',
        token: olderAuthToken({ lifetime: 3601 }),
        error: 'invalid_jwt',
      },
      'older-token-issued-ahead': {
        title: 'An older token issued more than one window ahead is refused as invalid_jwt',
        ids: 'JWT-14',
        token: saying({ iat: now + 61 }),
        error: 'invalid_jwt',
      },
      'older-unlisted-access-server': {
        title: 'An older token of an unlisted access server is challenged for an agent token',
        ids: 'AUTH-2 G11',
        token: olderAuthToken({}, 'accessServer'),
        error: 'invalid_jwt',
        requirement: 'agent-token',
      },
      'older-access-server-bypassed': {
        title: 'An older token of a person server is refused when an access server is configured',
        ids: 'AUTH-2',
        resource: { accessServer: as },
        error: 'invalid_jwt',
        requirement: 'agent-token',
      },
      'expired-older-token': {
        title: 'An expired older auth token is challenged for an agent token',
        ids: 'JWT-13 CHAL-13',
        token: saying({ iat: now - 3600, exp: now }),
        error: 'expired_jwt',
        requirement: 'agent-token',
      },
      'revoked-older-token': {
        title: 'A revoked older auth token is challenged for an agent token',
        ids: 'JWT-19 REV-9',
        before: [{ revoked: { iss: ps, jti: 'id-1' } }],
        error: 'revoked_jwt',
        requirement: 'agent-token',
        mayFetch: true,
      },
      'older-tokens-switched-off': {
        title: 'A resource that serves only draft 11 refuses older auth tokens',
        ids: 'JWT-20',
        resource: { generations: ['person-token'] },
        error: 'invalid_jwt',
      },
    },
  },
)
