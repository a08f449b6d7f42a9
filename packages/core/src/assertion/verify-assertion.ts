import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import type { JsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'
import { assertClaims, leeway } from './assert-claims.ts'
import type { Assertion } from './assertion.ts'
import { type AssertionKeys, assertSigned } from './assertion-keys.ts'
import type { AssertionMemory } from './assertion-memory.ts'
import { AssertionRefusedError } from './assertion-refused-error.ts'
import { assertionLine, decodeAssertion } from './decode-assertion.ts'

/** A request as an upstream received it: an `IncomingMessage` of Node, or its parts. */
export type AssertedRequest =
  | {
      readonly method?: string | undefined
      readonly url?: string | undefined
      /** The target before a router changed `url`, as Express keeps it. */
      readonly originalUrl?: string | undefined
      readonly rawHeaders: readonly string[]
    }
  | {
      readonly method: string
      /** As it was received: path and query, nothing decoded. */
      readonly target: string
      /** Names and values in turn, every line of its own. */
      readonly headerLines: readonly string[]
    }

/** Options of {@link verifyAssertion}. */
export interface VerifyAssertionOptions {
  /** From `createAssertionKeys`, made once. */
  readonly keys: AssertionKeys
  /** The server identifier of the resource that the gateway protects. */
  readonly issuer: string
  /** The name of this upstream in the configuration of the gateway. */
  readonly audience: string
  /** Accepts each assertion only once; from `createAssertionMemory`, made once. Default: not remembered. */
  readonly once?: AssertionMemory
  /** Seconds since 1970. Default the clock of the system. */
  readonly now?: () => number
}

/**
 * Verifies that a request came through the gateway, for this upstream, and learns who sent it. It checks everything that
 * the gateway asserts but the content: `content` of the result says what is known of that.
 *
 * @throws {AssertionRefusedError} if the request did not come from the gateway, or keys are unavailable: answer with its
 * `status` (the promise rejects)
 * @throws {TypeError} naming the option that is wrong (the promise rejects)
 * @see docs/how-to/verify-assertion.md for other languages
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { AssertionRefusedError, createAssertionKeys, verifyAssertion } from '@aauth-guard/core/assertion'
 *
 * const options = {
 *   keys: createAssertionKeys({ url: 'https://notes.example/aauth/assertion-keys.json' }),
 *   issuer: 'https://notes.example',
 *   audience: 'notes-app',
 * }
 *
 * createServer(async (request, response) => {
 *   try {
 *     const assertion = await verifyAssertion(request, options)
 *     response.end(assertion.caller === 'verified' ? `hello ${assertion.sub ?? 'agent'}` : 'hello')
 *   } catch (error) {
 *     if (!(error instanceof AssertionRefusedError)) throw error
 *     console.warn(error.code, error.message)
 *     response.writeHead(error.status).end()
 *   }
 * }).listen(8080, '127.0.0.1')
 * ```
 */
export async function verifyAssertion(
  request: AssertedRequest,
  options: VerifyAssertionOptions,
): Promise<Assertion> {
  assertKnownMembers(options, ['keys', 'issuer', 'audience', 'once', 'now'], 'verifyAssertion')
  const { keys, issuer, audience, once, now = () => Date.now() / 1000 } = ownMembers(options)
  for (const [name, value] of Object.entries({ issuer, audience }))
    assert(typeof value === 'string' && value !== '', `"${name}" is ${quoted(value)}: write its name`)
  const { method, target, headerLines } = partsOf(request)
  const decoded = decodeAssertion(assertionLine(headerLines))
  // What costs nothing comes first, so that nobody who can reach this server makes it verify signatures or fetch keys with
  // an assertion for another one.
  assertClaims(decoded, { issuer, audience, method, htu: issuer + target, now: now() })
  await assertSigned(keys, decoded)
  const assertion = assertionOf(decoded.untrustedClaims)
  if (once !== undefined && (await once.remember(assertion.jti, assertion.exp + leeway)) !== true)
    throw new AssertionRefusedError('already_used', 'the assertion was used for an earlier request')
  return assertion
}

function partsOf(request: AssertedRequest): {
  readonly method: string
  readonly target: string
  readonly headerLines: readonly string[]
} {
  if ('headerLines' in request) return request
  const { method = '', url = '', originalUrl = url, rawHeaders } = request
  return { method, target: originalUrl, headerLines: rawHeaders }
}

/** Makes an assertion member by member of claims that were checked, once their signature was verified. */
function assertionOf(claims: JsonObject): Assertion {
  const { iss, aud, jti, iat, exp, htm, htu, caller, sub, content, digest, auth } = claims
  return Object.freeze({
    iss,
    aud,
    jti,
    iat,
    exp,
    htm,
    htu,
    content,
    ...(digest !== undefined && { digest }),
    caller,
    ...(sub !== undefined && { sub }),
    auth: auth === null ? null : Object.freeze(auth),
  }) as Assertion
}
