import { claims } from '../claim.ts'
import { agentToken, corrupted, resigned } from '../tokens.ts'

const token = agentToken()
const payload = (change: (json: string) => string | Buffer) => resigned(token, 'payload', change)
const header = (change: (json: string) => string) => resigned(token, 'header', change)

const padded = (length: number) => (json: string) => json.replace('{', `{"x":"${'x'.repeat(length)}",`)

/**
 * Other spellings of a token. Where the text changes what is signed, the issuer has signed the change, so that
 * nothing else is wrong.
 */
export const tokenText = claims(
  'both',
  { route: { accept: 'agent-token' } },
  {
    refuse: {
      'padded-token': {
        title: 'The segments of a token must not have padding',
        ids: 'R11-022 JWT-1 F15',
        token: corrupted(token, 'padded-signature'),
        error: 'invalid_jwt',
      },
      'padded-header': {
        title: 'The header of a token must not have padding either',
        ids: 'R11-022 JWT-1 F15',
        token: async (scene) => (await token(scene)).replace('.', '=.'),
        error: 'invalid_jwt',
      },
      'trailing-bits': {
        title: 'The last character of a segment must not have stray bits',
        ids: 'R11-022 JWT-1 F15',
        token: corrupted(token, 'trailing-bits'),
        error: 'invalid_jwt',
      },
      'space-in-token': {
        title: 'A token must not contain white space',
        ids: 'R11-022 JWT-1 F15',
        token: corrupted(token, 'inner-space'),
        error: 'invalid_jwt',
      },
      'two-segments': {
        title: 'A token must have a signature',
        ids: 'R11-022 JWT-1 F16',
        token: corrupted(token, 'two-parts'),
        error: 'invalid_jwt',
      },
      'four-segments': {
        title: 'A token must have three segments',
        ids: 'R11-022 JWT-1 F16',
        token: corrupted(token, 'four-parts'),
        error: 'invalid_jwt',
      },
      'array-payload': {
        title: 'The payload of a token must be an object',
        ids: 'R11-022 JWT-1 F12',
        token: payload((json) => `[${json}]`),
        error: 'invalid_jwt',
      },
      'payload-no-json': {
        title: 'The payload of a token must be JSON to its end',
        ids: 'R11-022 JWT-1 F14',
        token: payload((json) => `${json}}`),
        error: 'invalid_jwt',
      },
      'payload-no-utf8': {
        title: 'The payload of a token must be UTF-8',
        ids: 'R11-022 F14',
        token: payload((json) =>
          Buffer.concat([Buffer.from(json.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]),
        ),
        error: 'invalid_jwt',
      },
      'payload-with-byte-order-mark': {
        title: 'The payload of a token must begin with its brace',
        ids: 'R11-022 F14',
        token: payload((json) => `\uFEFF${json}`),
        error: 'invalid_jwt',
      },
      'lone-surrogate': {
        title: 'A claim must not contain a lone surrogate',
        ids: 'R11-022 F14',
        token: payload((json) => json.replace('{', '{"x":"\\ud800",')),
        error: 'invalid_jwt',
      },
      'repeated-claim': {
        title: 'A repeated claim is refused',
        ids: 'R11-022 JWT-1 F11',
        token: payload((json) => json.replace('{', '{"iss":"https://other.example",')),
        error: 'invalid_jwt',
      },
      'repeated-claim-escaped': {
        title: 'A repeated claim is refused, even if its name is escaped',
        ids: 'R11-022 JWT-1 F11',
        token: payload((json) => json.replace('{', '{"\\u0065xp":1,')),
        error: 'invalid_jwt',
      },
      'repeated-header-member': {
        title: 'A repeated member of the header is refused',
        ids: 'R11-022 JWT-1 F11',
        token: header((json) => json.replace('{', '{"alg":"none",')),
        error: 'invalid_jwt',
      },
      'deep-payload': {
        title: 'Claims must not be nested more than 32 levels deep',
        ids: 'F13',
        token: payload((json) => json.replace('{', `{"x":${'['.repeat(33)}${']'.repeat(33)},`)),
        error: 'invalid_jwt',
      },
      'many-claims': {
        title: 'A token has at most 512 values',
        ids: 'F13',
        token: payload((json) =>
          json.replace('{', `{${Array.from({ length: 512 }, (_, index) => `"x${index}":1,`).join('')}`),
        ),
        error: 'invalid_jwt',
      },
      'long-payload': {
        title: 'The payload of a token has at most 6144 octets',
        ids: 'JWT-1 F13',
        token: payload(padded(5900)),
        error: 'invalid_jwt',
      },
      'long-header': {
        title: 'The header of a token has at most 1024 octets',
        ids: 'JWT-1 F13',
        token: header(padded(1024)),
        error: 'invalid_jwt',
      },
      'long-token': {
        title: 'A token has at most 8192 octets',
        ids: 'JWT-1 B13',
        token: resigned(payload(padded(5700)), 'header', padded(800)),
        error: 'invalid_jwt',
      },
    },
  },
)
