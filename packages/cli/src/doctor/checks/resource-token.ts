import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { requirementOf } from '../answer.ts'
import { type Check, type Finding, finding } from '../check.ts'
import { keysAnswer, readKeys } from '../served-urls.ts'
import { firstSigned, sendSigned, unverified } from '../signed-probe.ts'

/** Whether the resource tokens of challenges can be redeemed. */
export const resourceToken: Check = {
  name: 'resource token',
  async examine(examination) {
    const missing = await unverified(examination)
    if (missing) return missing
    const { answer } = await firstSigned(examination)
    const { resourceToken: token } = requirementOf(answer)
    if (token === undefined) return { leftOut: 'the API did not answer the caller with a resource token' }
    const again = requirementOf((await sendSigned(examination)).answer).resourceToken
    const answered = await keysAnswer(examination)
    const keys = answered && readKeys(answered)
    return [...repeated(token, again), ...(keys === undefined ? [] : await unverifiable(token, keys))]
  },
}

function repeated(token: string, again: string | undefined): readonly Finding[] {
  if (token !== again) return []
  return finding(
    'error',
    'challenge-cached',
    'Two signed requests were answered with the same resource token, which a cache had kept.',
    'Let the cache pass requests for this path through: a resource token is for the caller that it was issued to.',
  )
}

async function unverifiable(
  token: string,
  keys: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly Finding[]> {
  const set = createLocalJWKSet({ keys } as unknown as JSONWebKeySet)
  // Whether it has expired is a matter of the clock.
  const verified = await jwtVerify(token, set, { clockTolerance: 86_400 * 365 }).catch(() => undefined)
  if (verified !== undefined) return []
  return finding(
    'error',
    keys.length === 0 ? 'keys-empty' : 'resource-token-key-unpublished',
    keys.length === 0
      ? 'The API issues resource tokens, and its "jwks_uri" publishes no key.'
      : 'The key that signed a resource token of the API is not under its "jwks_uri".',
    'Publish the key that signs, and give all processes the same "signingKey": nobody else can verify the token.',
  )
}
