import { claims } from '../claim.ts'
import { base, mission, olderGrantee } from '../identities.ts'
import { olderAuthToken } from '../tokens.ts'
import { field } from '../wire.ts'

const agent = 'aauth:planner@agent.example'
const header = { approver: 'https://ps.example', s256: mission }
/** What the printed auth token of drafts 01 to 03 says: the agent, itself as actor, a scope, and no person. */
const printed = { sub: undefined, act: { sub: agent } }
/** What the print leaves out. */
const leftOut = { dwk: undefined, jti: undefined, iat: undefined, exp: undefined }
const inBase64url = field('signature', (value) => value.replaceAll('+', '-').replaceAll('/', '_'))
const { sub: _, ...nobody } = olderGrantee

/** Introductions to AAuth abbreviate the requests that they print. */
export const introductions = claims(
  'mission-header',
  { route: { scope: 'notes.read' } },
  {
    accept: {
      'introduction-with-mission-completed': {
        title: 'The request that introductions print for a mission is accepted with the missing parts added',
        ids: 'AUTH-5 AUTH-6 AUTH-14 MISS-7 SIG-17',
        route: { scope: 'notes.read', mission: 'required' },
        token: olderAuthToken({ mission, claims: printed }),
        send: { mission: header },
        auth: { ...nobody, mission: header, covered: [...base, 'aauth-mission'] },
      },
      'introduction-without-mission-completed': {
        title:
          'The request that introductions print without a mission is accepted with the missing parts added',
        ids: 'AUTH-5 AUTH-6 SIG-17',
        token: olderAuthToken({ claims: printed }),
        auth: nobody,
      },
    },
    refuse: {
      'introduction-as-printed': {
        title:
          'The request that introductions print is refused, because its signature has no created and is in base64url',
        ids: 'SIG-3 SIG-17 C01 B11',
        token: olderAuthToken({ mission, claims: { ...printed, ...leftOut }, header: { typ: undefined } }),
        send: { mission: header, mistake: 'no-created', wire: inBase64url },
        error: 'invalid_signature',
      },
      'introduction-token-as-printed': {
        title: 'The token that introductions print is refused, because its type, times and id are missing',
        ids: 'JWT-2 R11-020',
        token: olderAuthToken({ mission, claims: { ...printed, ...leftOut }, header: { typ: undefined } }),
        send: { mission: header },
        error: 'invalid_jwt',
      },
      'introduction-claims-as-printed': {
        title: 'The claims that introductions print are refused, because dwk, jti, iat and exp are missing',
        ids: 'JWT-8',
        token: olderAuthToken({ mission, claims: { ...printed, ...leftOut } }),
        send: { mission: header },
        error: 'invalid_jwt',
      },
    },
  },
)
