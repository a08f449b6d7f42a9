import { createHash } from 'node:crypto'
import type { TestKey } from '@aauth-guard/testing'
import { p256 } from '@noble/curves/nist.js'
import type { SigningKeyData } from './vector.ts'

// RFC 7515, Appendix A.3.
const x = 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'
const y = 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'
const d = 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'

/** A P-256 key that signs the same text to the same octets (RFC 6979), which WebCrypto does not. */
export const es256: TestKey = {
  alg: 'ES256',
  kid: 'p256-1',
  jwk: { kty: 'EC', crv: 'P-256', x, y, alg: 'ES256' },
  thumbprint: createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url'),
  sign: async (bytes) => new Uint8Array(p256.sign(bytes, Buffer.from(d, 'base64url'))),
}

/** RFC 8037, Appendix A: what the resource signs resource tokens with. */
export const resourceKey: SigningKeyData = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  kid: 'notes-1',
  alg: 'Ed25519',
}
