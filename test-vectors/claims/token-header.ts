import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { agentToken } from '../tokens.ts'

const saying = (header: Record<string, unknown>) => agentToken({ header })

/** The JOSE header of a token. */
export const tokenHeader = claims(
  'both',
  { route: { accept: 'agent-token' } },
  {
    accept: {
      'keys-in-token-header': {
        title: 'Keys and addresses in the header of a token are never read',
        ids: 'R11-043 JWT-5 KEY-14 F09',
        token: agentToken(({ personServer }) => ({
          header: {
            jwk: personServer.key.jwk,
            jku: 'https://elsewhere.example/keys',
            x5u: 'https://elsewhere.example/cert',
          },
        })),
        auth: planner,
      },
    },
    refuse: {
      'resource-token-presented': {
        title: 'A resource token is refused as a credential',
        ids: 'R11-020 JWT-2 F18',
        token: saying({ typ: 'aa-resource+jwt' }),
        error: 'invalid_jwt',
      },
      'generic-typ': {
        title: 'A token of the generic type JWT is refused',
        ids: 'R11-020 JWT-2 F17',
        token: saying({ typ: 'JWT' }),
        error: 'invalid_jwt',
      },
      'no-typ': {
        title: 'A token must state its type',
        ids: 'R11-020 JWT-2 F17',
        token: saying({ typ: undefined }),
        error: 'invalid_jwt',
      },
      'long-typ': {
        title: 'The type of a token must be in its short form',
        ids: 'R11-020 JWT-2 F17',
        token: saying({ typ: 'application/aa-agent+jwt' }),
        error: 'invalid_jwt',
      },
      'upper-case-typ': {
        title: 'The type of a token must be in lower case',
        ids: 'R11-020 JWT-2 F17',
        token: saying({ typ: 'AA-AGENT+JWT' }),
        error: 'invalid_jwt',
      },
      'alg-none': {
        title: 'A token with alg none is refused',
        ids: 'R11-023 JWT-3 F01',
        token: saying({ alg: 'none' }),
        error: 'invalid_jwt',
      },
      'alg-hs256': {
        title: 'A token signed with HS256 is refused',
        ids: 'R11-023 JWT-3 F02',
        token: saying({ alg: 'HS256' }),
        error: 'invalid_jwt',
      },
      'alg-not-of-key': {
        title: 'The algorithm of a token must be that of the key that signed it',
        ids: 'R11-023 JWT-3 F05',
        token: saying({ alg: 'ES256' }),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'no-kid': {
        title: 'A token must name the key that signed it',
        ids: 'R11-024 JWT-4 F10',
        token: saying({ kid: undefined }),
        error: 'invalid_jwt',
      },
      'kid-no-string': {
        title: 'kid must be a string',
        ids: 'R11-024 JWT-4 F10',
        token: saying({ kid: 1 }),
        error: 'invalid_jwt',
      },
      'empty-kid': {
        title: 'kid must not be empty',
        ids: 'F10',
        token: saying({ kid: '' }),
        error: 'invalid_jwt',
      },
      'long-kid': {
        title: 'kid has at most 256 characters',
        ids: 'F10',
        token: saying({ kid: 'k'.repeat(257) }),
        error: 'invalid_jwt',
      },
      'critical-header': {
        title: 'A JOSE header with crit is refused',
        ids: 'JWT-5 F07',
        token: saying({ crit: ['exp'] }),
        error: 'invalid_jwt',
      },
      'unencoded-payload': {
        title: 'The payload of a token must be encoded',
        ids: 'F07',
        token: saying({ b64: false }),
        error: 'invalid_jwt',
      },
      'compressed-payload': {
        title: 'The payload of a token must not be compressed',
        ids: 'F08',
        token: saying({ zip: 'DEF' }),
        error: 'invalid_jwt',
      },
      'nested-token': {
        title: 'The payload of a token must not be another token',
        ids: 'F08',
        token: saying({ cty: 'JWT' }),
        error: 'invalid_jwt',
      },
    },
  },
)
