import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken } from '../tokens.ts'

const at = (times: Record<string, unknown>) => agentToken({ claims: times })

/** The times of a token, on both sides of every boundary. */
export const tokenTimes = claims(
  'both',
  { route: { accept: 'agent-token' } },
  {
    accept: {
      'last-second-of-token': {
        title: 'A token is valid until the second before it expires',
        ids: 'R11-030 JWT-13',
        token: at({ exp: now + 1 }),
        auth: { ...planner, exp: now + 1 },
      },
      'issued-one-window-ahead': {
        title: 'A token issued one window ahead is accepted',
        ids: 'R11-032 JWT-14',
        token: at({ iat: now + 60 }),
        auth: planner,
      },
      'not-before-now': {
        title: 'A token is valid from its nbf',
        ids: 'JWT-16',
        token: at({ nbf: now }),
        auth: planner,
      },
    },
    refuse: {
      'expired-this-second': {
        title: 'A token whose exp is reached has expired, without tolerance',
        ids: 'R11-030 JWT-13 G02',
        token: at({ exp: now }),
        error: 'expired_jwt',
      },
      'expired-agent-token': {
        title: 'An expired agent token is answered without a requirement',
        ids: 'R11-030 R11-152',
        token: at({ iat: now - 7200, exp: now - 3600 }),
        error: 'expired_jwt',
      },
      'no-expiry': {
        title: 'A token without exp is refused',
        ids: 'JWT-13 G01',
        token: at({ exp: undefined }),
        error: 'invalid_jwt',
      },
      'expiry-as-string': {
        title: 'exp must be a number',
        ids: 'JWT-13 G01',
        token: at({ exp: String(now + 3600) }),
        error: 'invalid_jwt',
      },
      'negative-expiry': {
        title: 'exp must be a valid time',
        ids: 'G01',
        token: at({ exp: -1 }),
        error: 'invalid_jwt',
      },
      'no-issue-time': {
        title: 'A token without iat is refused',
        ids: 'R11-031 JWT-14 G04',
        token: at({ iat: undefined }),
        error: 'invalid_jwt',
      },
      'issue-time-as-string': {
        title: 'iat must be a number',
        ids: 'R11-031 G04',
        token: at({ iat: String(now) }),
        error: 'invalid_jwt',
      },
      'issued-ahead': {
        title: 'A token issued more than one window ahead is refused as clock_skew',
        ids: 'R11-033 JWT-14 G04',
        token: at({ iat: now + 61 }),
        error: 'clock_skew',
      },
      'not-yet-valid': {
        title: 'A token is refused before its nbf',
        ids: 'JWT-16 G05',
        token: at({ nbf: now + 1 }),
        error: 'invalid_jwt',
      },
    },
  },
)
