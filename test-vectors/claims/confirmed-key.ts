import { Agent } from '@aauth-guard/testing'
import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { es256 } from '../keys.ts'
import type { Casting } from '../scene.ts'
import { agentToken, confirming, without } from '../tokens.ts'

export const p256Agent: Casting = async (net) =>
  new Agent(net, 'planner', net.agentProvider, net.personServer, es256)

const keyed = (change: (jwk: Record<string, unknown>) => unknown) => agentToken(confirming(change))

/** `cnf.jwk`: from what is not a key at all to a key nobody should use. */
export const confirmedKey = claims(
  'both',
  { route: { accept: 'agent-token' } },
  {
    accept: {
      'es256-agent': {
        title: 'An agent may sign with ES256',
        ids: 'SIG-24 R11-102',
        agent: p256Agent,
        token: agentToken(),
        auth: planner,
      },
      'key-for-verifying': {
        title: 'A key may have key_ops with verify',
        ids: 'F06',
        token: keyed((jwk) => ({ ...jwk, use: 'sig', key_ops: ['verify'] })),
        auth: planner,
      },
    },
    refuse: {
      'no-confirmation': {
        title: 'A token must confirm a key',
        ids: 'R11-037 KEY-6 H11',
        token: agentToken({ claims: { cnf: undefined } }),
        error: 'invalid_jwt',
      },
      'confirmation-by-thumbprint': {
        title: 'A thumbprint is refused as a key',
        ids: 'R11-037 KEY-6 H11',
        token: agentToken({ claims: { cnf: { jkt: es256.thumbprint } } }),
        error: 'invalid_jwt',
      },
      'ed25519-without-x': {
        title: 'An Ed25519 key without x is incomplete',
        ids: 'R11-037 KEY-6 H12',
        token: keyed((jwk) => without(jwk, 'x')),
        error: 'invalid_jwt',
      },
      'p256-without-y': {
        title: 'A P-256 key without y is incomplete',
        ids: 'R11-037 KEY-6 H12',
        agent: p256Agent,
        token: keyed((jwk) => without(jwk, 'y')),
        error: 'invalid_jwt',
      },
      'short-coordinate': {
        title: 'A coordinate has 32 octets',
        ids: 'R11-038 KEY-7',
        token: keyed((jwk) => ({ ...jwk, x: String(jwk.x).slice(0, 40) })),
        error: 'invalid_key',
      },
      'padded-coordinate': {
        title: 'A coordinate must be canonical base64url',
        ids: 'H09',
        token: keyed((jwk) => ({ ...jwk, x: `${jwk.x}=` })),
        error: 'invalid_key',
      },
      'p256-off-the-curve': {
        title: 'A P-256 key must be a point of its curve',
        ids: 'R11-038 KEY-7 H07',
        agent: p256Agent,
        token: keyed((jwk) => ({ ...jwk, y: jwk.x })),
        error: 'invalid_key',
      },
      'ed25519-off-the-curve': {
        title: 'An Ed25519 key must be a point of its curve',
        ids: 'R11-038 KEY-7',
        token: keyed((jwk) => ({ ...jwk, x: 'AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })),
        error: 'invalid_key',
      },
      'key-of-small-order': {
        title: 'A key of small order is refused',
        ids: 'H01',
        token: keyed((jwk) => ({ ...jwk, x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })),
        error: 'invalid_key',
      },
      'private-key-confirmed': {
        title: 'A token must not contain a private key',
        ids: 'R11-046 KEY-13 H10',
        token: keyed((jwk) => ({ ...jwk, d: jwk.x })),
        error: 'invalid_key',
      },
      'es256-with-ed25519-key': {
        title: 'The type of a key must match its algorithm',
        ids: 'R11-040 KEY-10',
        token: keyed((jwk) => ({ ...jwk, alg: 'ES256' })),
        error: 'invalid_key',
      },
      'es256-with-p384-key': {
        title: 'The curve of a key must match its algorithm',
        ids: 'R11-040 KEY-10 H08',
        agent: p256Agent,
        token: keyed((jwk) => ({ ...jwk, crv: 'P-384' })),
        error: 'invalid_key',
      },
      'key-for-encryption': {
        title: 'A key for encryption must not sign requests',
        ids: 'F06',
        token: keyed((jwk) => ({ ...jwk, use: 'enc' })),
        error: 'invalid_key',
      },
      'key-for-signing-only': {
        title: 'A key whose key_ops lack verify must not sign requests',
        ids: 'F06',
        token: keyed((jwk) => ({ ...jwk, key_ops: ['sign'] })),
        error: 'invalid_key',
      },
      'rsa-key': {
        title: 'RSA is refused, and the answer lists the accepted algorithms',
        ids: 'R11-041 KEY-11 R11-101 H13',
        token: keyed(() => ({ kty: 'RSA', n: 'AQAB', e: 'AQAB', alg: 'PS256' })),
        error: 'unsupported_algorithm',
      },
      'post-quantum-key': {
        title: 'An unknown key type is refused as an unsupported algorithm',
        ids: 'R11-041 KEY-11 H14',
        token: keyed(() => ({ kty: 'AKP', pub: 'AQAB', alg: 'ML-DSA-44' })),
        error: 'unsupported_algorithm',
      },
      'symmetric-key': {
        title: 'A shared secret is refused as a key',
        ids: 'R11-042 KEY-12',
        token: keyed(() => ({ kty: 'oct', k: 'AQAB', alg: 'HS256' })),
        error: 'unsupported_algorithm',
      },
      'es384-key': {
        title: 'ES384 is not accepted',
        ids: 'R11-041 KEY-11',
        token: keyed(() => ({ kty: 'EC', crv: 'P-384', x: 'AQAB', y: 'AQAB', alg: 'ES384' })),
        error: 'unsupported_algorithm',
      },
    },
  },
)
