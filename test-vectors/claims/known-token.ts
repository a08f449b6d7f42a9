import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken } from '../tokens.ts'

/** A token that was verified before need not be verified again; everything else is looked at every time. */
export const knownTokens = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'known-token': {
        title: 'A token may be presented again',
        ids: 'SIG-24',
        send: { created: now - 1 },
        before: [{ accepted: {} }],
        auth: planner,
      },
      'revoked-by-another': {
        title: 'A revocation does not affect tokens of another issuer',
        ids: 'R11-245',
        before: [{ revoked: { iss: 'https://ps.example', jti: 'id-1' } }],
        auth: planner,
      },
    },
    refuse: {
      'known-token-stolen': {
        title: 'A known token signed for by another key is refused',
        ids: 'SIG-24 R11-102 KEY-14',
        send: { mistake: 'wrong-key' },
        before: [{ accepted: {} }],
        error: 'invalid_signature',
      },
      'known-token-expired': {
        title: 'A known token is refused once it has expired',
        ids: 'R11-030 JWT-13',
        token: agentToken({ claims: { iat: now - 600, exp: now } }),
        before: [{ accepted: { created: now - 60 }, at: now - 60 }],
        error: 'expired_jwt',
      },
      'known-token-revoked': {
        title: 'A known token is refused once it is revoked',
        ids: 'R11-255 JWT-19 K21',
        before: [{ accepted: {} }, { revoked: { iss: 'https://agent.example', jti: 'id-1' } }],
        error: 'revoked_jwt',
      },
      'revoked-agent-token': {
        title: 'A revoked agent token is refused as revoked',
        ids: 'R11-045 R11-255 REV-9',
        before: [{ revoked: { iss: 'https://agent.example', jti: 'id-1' } }],
        error: 'revoked_jwt',
        mayFetch: true,
      },
    },
  },
)
