import type { CryptoKey, JWK } from 'jose'
import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkClock } from '../resource/check-clock.ts'
import { checkPrivateKey } from '../resource/check-signing-key.ts'
import type { Caller } from '../resource/requirement.ts'
import { isServerId, serverIdRemedy } from '../token/identifiers.ts'
import { personKey } from '../token/person-key.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { quoted } from '../wire/quoted.ts'
import { type AssertionContent, assertionLifetime, assertionType } from './assertion.ts'

/** What is asserted about one request. */
export interface AssertionClaims {
  /** The name of the upstream. No two upstreams have the same one. */
  readonly audience: string
  readonly method: string
  /** The target that the upstream gets, with its query. It begins with `/`. */
  readonly target: string
  /** What the guard returned; `undefined` for a request without a credential. */
  readonly caller: Caller | undefined
  readonly content: AssertionContent
  /** The value of the signed `Content-Digest`, with `content: 'upstream'` only. */
  readonly digest?: string | undefined
}

/** Options of {@link createAssertionSigner}. */
export interface AssertionSignerOptions {
  /** The server identifier of the resource. */
  readonly issuer: string
  /** A private key for ES256, with `kid` and `alg`. It signs assertions and nothing else. */
  readonly key: JWK
  /** Seconds since 1970. Default the clock of the system. */
  readonly now?: () => number
}

/** Signs assertions for the upstreams of one resource. */
export interface AssertionSigner {
  /** The JWKS with the public key and nothing else, as JSON: what `/aauth/assertion-keys.json` serves. */
  readonly keys: string
  /**
   * Makes the value of {@link assertionHeader} for one request.
   * @throws {TypeError} for claims that no upstream would accept, or a key that cannot sign (the promise rejects)
   */
  sign(claims: AssertionClaims): Promise<string>
}

/**
 * Makes the signer of a gateway. An assertion tells an upstream who sends a request: a JWS with ES256 that is valid for 30
 * seconds, for one upstream, method and target.
 *
 * The key must be another one than `signingKey` of the resource, and must not be in its JWKS: then a library that looks at
 * neither `typ` nor `kid` still does not take a resource token for an assertion.
 *
 * @throws {TypeError} naming the option that is wrong, and never showing the key
 * @example
 * ```ts
 * import { authorize, createResource, type SignedRequest } from '@aauth-guard/core'
 * import { assertionHeader, createAssertionSigner } from '@aauth-guard/core/assertion'
 *
 * const issuer = 'https://notes.example'
 * const resource = createResource({ issuer, trust: 'any' })
 * const signer = createAssertionSigner({ issuer, key: JSON.parse(process.env.ASSERTION_KEY ?? '{}') })
 *
 * export async function call(request: SignedRequest): Promise<Response> {
 *   const { method, target } = request
 *   const caller = await authorize(resource, request, { accept: 'agent-token' })
 *   const assertion = await signer.sign({ audience: 'notes-app', method, target, caller, content: 'none' })
 *   return fetch(`http://127.0.0.1:8080${target}`, { method, headers: { [assertionHeader]: assertion } })
 * }
 * ```
 */
export function createAssertionSigner(given: AssertionSignerOptions): AssertionSigner {
  assertKnownMembers(given, ['issuer', 'key', 'now'], 'createAssertionSigner')
  const { issuer, key, now = () => Date.now() / 1000 } = ownMembers(given)
  const clock = checkClock(now)
  assert(
    isServerId(issuer),
    `"issuer" is ${quoted(issuer)}, which is not a server identifier: ${serverIdRemedy(issuer)}`,
  )
  checkPrivateKey(key, '"key"')
  const { kty, crv, x, y, d, kid, alg } = key
  assert(
    alg === 'ES256',
    `"alg" of "key" is ${quoted(alg)}: generate a key for ES256, which every JOSE library verifies`,
  )
  const header = encodeJson({ typ: assertionType, alg, kid })
  const published = { kty, crv, x, y, kid, alg, use: 'sig' }
  let imported: Promise<CryptoKey> | undefined
  return Object.freeze({
    keys: JSON.stringify({ keys: [published] }),
    async sign(claims: AssertionClaims): Promise<string> {
      imported ??= importKey({ kty, crv, x, y, d } as Pair)
      const input = `${header}.${encodeJson(payloadOf(claims, issuer, clock()))}`
      const signature = await crypto.subtle.sign(signing, await imported, utf8.encode(input))
      return `${input}.${encodeBase64url(new Uint8Array(signature))}`
    },
  })
}

const utf8 = new TextEncoder()
const signing = { name: 'ECDSA', hash: 'SHA-256' }

function payloadOf(
  { audience, method, target, caller, content, digest }: AssertionClaims,
  issuer: string,
  iat: number,
): object {
  assert(target.startsWith('/'), `"target" is ${quoted(target)}: give a path and a query`)
  assert(
    audience !== '' && method !== '',
    '"audience" or "method" is empty: name the upstream and the method',
  )
  assert(
    (content === 'upstream') === (digest !== undefined),
    '"digest" belongs to "content": "upstream", and to no other',
  )
  const sub = caller === undefined || caller.type === 'other' ? undefined : personKey(caller)
  return {
    iss: issuer,
    aud: audience,
    iat,
    exp: iat + assertionLifetime,
    jti: crypto.randomUUID(),
    htm: method,
    htu: issuer + target,
    caller: caller === undefined ? 'anonymous' : 'verified',
    ...(sub !== undefined && { sub }),
    content,
    ...(digest !== undefined && { digest }),
    auth: caller ?? null,
  }
}

function encodeJson(value: object): string {
  return encodeBase64url(utf8.encode(JSON.stringify(value)))
}

type Pair = Readonly<Record<'kty' | 'crv' | 'x' | 'y' | 'd', string>>

/** Signs once, so that upstreams never get what the published key does not verify. */
async function importKey({ d, ...open }: Pair): Promise<CryptoKey> {
  try {
    const key = await crypto.subtle.importKey('jwk', { ...open, d }, p256, false, ['sign'])
    const published = await crypto.subtle.importKey('jwk', open, p256, false, ['verify'])
    const signature = await crypto.subtle.sign(signing, key, utf8.encode(assertionType))
    if (await crypto.subtle.verify(signing, published, signature, utf8.encode(assertionType))) return key
  } catch {
    // The error of the runtime may describe the key.
  }
  throw new TypeError('"key" cannot sign: its "d" does not belong to its "x" and "y"')
}

const p256 = { name: 'ECDSA', namedCurve: 'P-256' }
