import { claims } from '../claim.ts'
import { authToken, confirming, personToken, without } from '../tokens.ts'

const keyed = (change: (jwk: Record<string, unknown>) => unknown) => personToken(confirming(change))

/** Draft 11 names algorithms whole: nothing is inferred from a curve. */
export const newerAlgorithms = claims(
  'person-token',
  { route: { accept: 'person-token' }, token: personToken() },
  {
    refuse: {
      'person-token-of-polymorphic-algorithm': {
        title: 'A token with alg EdDSA is refused, because it does not state the curve',
        ids: 'R11-023 JWT-3 F03',
        token: personToken({ header: { alg: 'EdDSA' } }),
        error: 'invalid_jwt',
      },
      'key-without-algorithm': {
        title: 'A key must state its algorithm',
        ids: 'R11-039 KEY-8 R11-101',
        token: keyed((jwk) => without(jwk, 'alg')),
        error: 'unsupported_algorithm',
      },
      'key-of-polymorphic-algorithm': {
        title: 'A key with alg EdDSA is refused, because it does not state the curve',
        ids: 'R11-039 KEY-8 R11-101',
        token: keyed((jwk) => ({ ...jwk, alg: 'EdDSA' })),
        error: 'unsupported_algorithm',
      },
      'issuer-key-without-algorithm': {
        title: 'The key of an issuer must state its algorithm',
        ids: 'JWT-12',
        stage: ({ personServer }) => personServer.misbehave('no-alg'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'auth-token-of-polymorphic-algorithm': {
        title: 'An auth token of draft 11 with alg EdDSA is refused',
        route: {},
        ids: 'R11-023 JWT-3 F03',
        token: authToken({ header: { alg: 'EdDSA' } }),
        error: 'invalid_jwt',
      },
      'auth-token-with-key-without-algorithm': {
        title: 'An auth token of draft 11 must not confirm a key without alg',
        route: {},
        ids: 'R11-039 KEY-8',
        token: authToken(confirming((jwk) => without(jwk, 'alg'))),
        error: 'unsupported_algorithm',
      },
    },
  },
)
