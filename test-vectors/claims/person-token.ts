import { claims } from '../claim.ts'
import { mission, person } from '../identities.ts'
import { now } from '../scene.ts'
import { personToken } from '../tokens.ts'

const saying = (said: Record<string, unknown>) => personToken({ claims: said })

/** What a person token says, and what of it is believed. */
export const personTokens = claims(
  'person-token',
  { route: { accept: 'person-token' }, token: personToken() },
  {
    accept: {
      'person-token': {
        title: 'A person token identifies the person and not the agent',
        ids: 'R11-057 PERS-3',
        auth: person,
      },
      tenant: {
        title: 'A tenant is in the identity and is not a part of the person',
        ids: 'PERS-9 R11-056',
        token: personToken({ tenant: 'corp' }),
        auth: { ...person, tenant: 'corp' },
      },
      'person-under-a-mission': {
        title: 'The approver of a mission is the person server that issued the token',
        ids: 'R11-071 R11-281 MISS-12',
        token: personToken({ mission }),
        auth: { ...person, mission: { approver: 'https://ps.example', s256: mission } },
      },
      'redundant-person-server': {
        title: 'A person token may name its issuer as its person server',
        ids: 'PERS-6',
        token: saying({ ps: 'https://ps.example' }),
        auth: person,
      },
      'list-of-one-audience': {
        title: 'The audience may be a list of one',
        ids: 'JWT-18 R11-050',
        token: saying({ aud: ['https://notes.example'] }),
        auth: person,
      },
      'further-claims': {
        title: 'Further claims that the resource names are in the identity',
        ids: 'R11-057',
        resource: { claims: ['groups', 'email', 'roles'] },
        token: saying({ groups: ['staff', 'admins'], email: 'ada@example.com', locale: 'en' }),
        auth: { ...person, claims: { groups: ['staff', 'admins'], email: 'ada@example.com' } },
      },
      'longest-person-token': {
        title: 'A person token may live an hour',
        ids: 'R11-034 JWT-15',
        token: personToken({ lifetime: 3600 }),
        auth: { ...person, exp: now + 3600 },
      },
    },
    refuse: {
      'person-of-an-access-server': {
        title: 'A person token of an access server is refused',
        ids: 'PERS-1 R11-026',
        token: saying({ dwk: 'aauth-access.json' }),
        error: 'invalid_jwt',
      },
      'person-for-another-resource': {
        title: 'A person token for another resource is refused',
        ids: 'PERS-2 R11-050 G09',
        token: personToken({ aud: 'https://other.example' }),
        error: 'invalid_jwt',
      },
      'audience-with-slash': {
        title: 'The audience is compared byte for byte',
        ids: 'R11-003 JWT-18 G09',
        token: personToken({ aud: 'https://notes.example/' }),
        error: 'invalid_jwt',
      },
      'audience-list': {
        title: 'A token must have one audience',
        ids: 'JWT-18 G09',
        token: saying({ aud: ['https://notes.example', 'https://other.example'] }),
        error: 'invalid_jwt',
      },
      'audience-list-twice': {
        title: 'A token must have one audience, listed once',
        ids: 'JWT-18 G09',
        token: saying({ aud: ['https://notes.example', 'https://notes.example'] }),
        error: 'invalid_jwt',
      },
      'audience-empty-list': {
        title: 'A token must have an audience',
        ids: 'JWT-18 G09',
        token: saying({ aud: [] }),
        error: 'invalid_jwt',
      },
      'too-much-of-a-further-claim': {
        title: 'A further claim must not exceed its size limit',
        ids: 'F13',
        resource: { claims: ['groups'] },
        token: saying({ groups: Array.from({ length: 256 }, () => 'a') }),
        error: 'invalid_jwt',
      },
      'no-subject': {
        title: 'A person token must name a person',
        ids: 'PERS-3 R11-052',
        token: saying({ sub: undefined }),
        error: 'invalid_jwt',
      },
      'empty-subject': {
        title: 'The sub of a person must not be empty',
        ids: 'PERS-3 R11-052 G14',
        token: saying({ sub: '' }),
        error: 'invalid_jwt',
      },
      'subject-number': {
        title: 'The sub of a person must be a string',
        ids: 'PERS-3 R11-052 G14',
        token: saying({ sub: 1 }),
        error: 'invalid_jwt',
      },
      'long-subject': {
        title: 'The sub of a person has at most 512 characters',
        ids: 'G14',
        token: saying({ sub: 'p'.repeat(513) }),
        error: 'invalid_jwt',
      },
      'subject-with-control-character': {
        title: 'The sub of a person must not contain a control character',
        ids: 'G14',
        token: saying({ sub: 'person\u00001' }),
        error: 'invalid_jwt',
      },
      'scope-in-person-token': {
        title: 'A person token carries no scope',
        ids: 'PERS-5 R11-053 G22',
        token: saying({ scope: 'notes.read' }),
        error: 'invalid_jwt',
      },
      'account-in-person-token': {
        title: 'A person token carries no account',
        ids: 'PERS-5 R11-053 G22',
        token: saying({ account: 'ws-7' }),
        error: 'invalid_jwt',
      },
      'agent-in-person-token': {
        title: 'A person token carries no agent',
        ids: 'PERS-6 JWT-20',
        token: saying({ agent: 'aauth:planner@agent.example' }),
        error: 'invalid_jwt',
      },
      'actors-in-person-token': {
        title: 'A person token carries no actors',
        ids: 'PERS-6 JWT-20',
        token: saying({ act: { agent: 'aauth:planner@agent.example' } }),
        error: 'invalid_jwt',
      },
      'mission-object-in-person-token': {
        title: 'A person token carries no mission of the older shape',
        ids: 'PERS-6 JWT-20',
        token: saying({ mission: { approver: 'https://ps.example', s256: mission } }),
        error: 'invalid_jwt',
      },
      'other-person-server': {
        title: 'A person token must not name another person server than its issuer',
        ids: 'PERS-6',
        token: saying({ ps: 'https://other.example' }),
        error: 'invalid_jwt',
      },
      'padded-mission': {
        title: 'A mission digest must not have padding',
        ids: 'PERS-11 R11-012 L04',
        token: personToken({ mission: `${mission}=` }),
        error: 'invalid_jwt',
      },
      'short-mission': {
        title: 'A mission digest has 43 characters',
        ids: 'PERS-11 R11-012 L04',
        token: personToken({ mission: mission.slice(1) }),
        error: 'invalid_jwt',
      },
      'mission-with-stray-bits': {
        title: 'A mission digest must be canonical base64url',
        ids: 'PERS-11 R11-012 L04',
        token: personToken({ mission: mission.replace(/k$/, 'l') }),
        error: 'invalid_jwt',
      },
      'person-token-over-an-hour': {
        title: 'A person token lives at most an hour',
        ids: 'R11-034 JWT-15 G03',
        token: personToken({ lifetime: 3601 }),
        error: 'invalid_jwt',
      },
      'expired-person-token': {
        title: 'An expired person token is challenged for a new one',
        ids: 'R11-030 R11-152 CHAL-12',
        token: saying({ iat: now - 3600, exp: now }),
        error: 'expired_jwt',
        requirement: 'person-token',
      },
      'person-token-issued-ahead': {
        title: 'A person token issued more than one window ahead is refused as clock_skew',
        ids: 'R11-033 JWT-14',
        token: saying({ iat: now + 61 }),
        error: 'clock_skew',
      },
      'stolen-person-token': {
        title: 'A person token signed for by another key is refused',
        ids: 'R11-051',
        send: { mistake: 'wrong-key' },
        error: 'invalid_signature',
      },
      'revoked-person-token': {
        title: 'A revoked person token is challenged for a new one',
        ids: 'R11-254 R11-255 R11-256 PERS-12 REV-9',
        before: [{ revoked: { iss: 'https://ps.example', jti: 'id-1' } }],
        error: 'revoked_jwt',
        requirement: 'person-token',
        mayFetch: true,
      },
      'person-tokens-switched-off': {
        title: 'A resource that does not serve draft 11 refuses its tokens',
        ids: 'JWT-20',
        resource: { generations: ['mission-header'] },
        route: {},
        error: 'invalid_jwt',
      },
    },
  },
)
