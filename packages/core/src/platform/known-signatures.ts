import type { PublicJwk } from './platform.ts'
import { ed25519, ed25519Signature } from './self-test.ts'

/** A signature with Ed25519 whose verdict is known. */
export interface KnownSignature {
  /** What is wrong with it, for messages. */
  readonly fault: string
  readonly jwk: PublicJwk
  readonly signature: string
  readonly text: string
}

/** What every platform accepts. */
export const goodSignature: KnownSignature = {
  fault: 'none',
  jwk: ed25519,
  signature: ed25519Signature,
  text: 'r',
}

/**
 * What an implementation has to refuse that is chosen in place of the platform's own. Node 20 and 22 accept the key of
 * small order, but never receive one: `token/public-key.ts` refuses such keys before they are imported.
 */
export const badSignatures: readonly KnownSignature[] = [
  {
    ...goodSignature,
    fault: 'a signature with a flipped bit in R',
    signature: 'k6AJqfDUyrhyDoILX2QlQKKye1QWUD-Ps3YiI-vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA',
  },
  {
    ...goodSignature,
    fault: 'a signature with a flipped bit in S',
    signature: 'kqAJqfDUyrhyDoILX2QlQKKye1QWUD-Ps3YiI-vbadoJWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA',
  },
  { ...goodSignature, fault: 'a signature of another message', text: 's' },
  {
    ...goodSignature,
    fault: 'a signature whose S is not reduced',
    signature: 'kqAJqfDUyrhyDoILX2QlQKKye1QWUD-Ps3YiI-vbadr1LbdBWXirxhssLrau6_ygOHsurrQwKu6wDSkWErsMEA',
  },
  {
    // R has a component of small order: the equation holds only if it is multiplied by the cofactor.
    ...goodSignature,
    fault: 'a signature that only verifies with the cofactor',
    signature: 'cUpzqp5qS8MuNUtvVHS0GL7FxQaJlh2XYY0ebx6S6H4OEjwrDrHVdwwkq-d36RxmBHFBykofsE3kL-_O7eSrDw',
  },
  {
    // The key is the neutral element, R is the base point, and S is 1: it verifies for every message.
    fault: 'a key of small order',
    jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    signature: 'WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmYBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    text: 'r',
  },
]
