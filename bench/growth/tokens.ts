import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { VerifiedTokens } from '../../packages/core/src/keys/verified-tokens.ts'
import type { ResourceState } from '../../packages/core/src/resource/state.ts'
import { keySourceOf } from '../../packages/core/src/resource/trusted-issuers.ts'
import { authTemplate } from '../../packages/core/src/token/auth.ts'
import { asVerified } from '../../packages/core/src/token/claims.ts'
import { checkPublicKey, importPublicKey, thumbprint } from '../../packages/core/src/token/public-key.ts'
import { readClaims } from '../../packages/core/src/token/read-claims.ts'
import { decodeToken } from '../../packages/core/src/token/untrusted-token.ts'
import { type Arrival, arrivalOf, decide, makeScene, second } from './scene.ts'
import type { Entering, Subject } from './subject.ts'

/** Positions of the tokens that requests present, spread over the fill: 0, 1, 2, 3, 4, 5, 7, 9 and so on. */
const presented = new Map(
  [...new Set(Array.from({ length: 63 }, (_, i) => (i === 0 ? 0 : Math.round(1.25 ** i))))].map(
    (position, nth) => [position, nth],
  ),
)

export async function tokens(): Promise<Subject> {
  const { net, agent, make } = await makeScene()
  const texts: string[] = []
  const requests: Arrival[] = []
  for (const nth of presented.values()) {
    const token = await agent.authToken({ scope: 'access' })
    texts.push(token)
    requests.push(arrivalOf(await agent.sign(`${net.resource}/notes/${nth}`, {}, { token })))
  }
  const [sample = ''] = texts
  const [header, payload = ''] = sample.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  /** A token with another name, another key and a signature that nobody checks. */
  const another = (index: number): string => {
    const jwk = { ...agent.key.jwk, x: publicKeys[index % publicKeys.length] }
    const said = JSON.stringify({ ...claims, jti: `token-${index}`, cnf: { jwk } })
    return `${header}.${Buffer.from(said).toString('base64url')}.${randomBytes(64).toString('base64url')}`
  }
  const publicKeys = Array.from(
    { length: 1000 },
    () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string,
  )
  return {
    name: 'remembered tokens',
    how: 'texts of their own, entered in the cache with claims and keys as the verifier makes them, since signing and verifying a million takes ten minutes',
    max: 1_000_000,
    async resource(size) {
      const { resource, state } = make({ replay: 'off' })
      // More than the largest value of `limits.verifiedTokens`.
      const cache = new VerifiedTokens(state.keys, size + 1000)
      Object.assign(state, { tokens: cache })
      let here = 0
      return {
        prepare(index): Entering | Promise<Entering> {
          const nth = index < size ? presented.get(index) : undefined
          if (nth === undefined) return entryOf(state, another(index))
          here = nth + 1
          return () => decide(resource, requests[nth] as Arrival)
        },
        request: (index) => decide(resource, requests[index % here] as Arrival),
        lookUp: (index) => cache.get(texts[index % here] as string, second),
      }
    },
  }
}

/** What `verify/verify-new-token.ts` does with a token, but for the signatures. */
async function entryOf(state: ResourceState, text: string): Promise<Entering> {
  const { settings, platform, keys, tokens: cache } = state
  const claims = readClaims(decodeToken(text), { ...settings, window: 60 }, second)
  const checkedKey = checkPublicKey(claims.jwk, false)
  const key = await importPublicKey(platform, checkedKey)
  const source = keySourceOf(settings, claims)
  const signedWith = await keys.key(source, 'key-1')
  const verified = asVerified(claims)
  const jkt = await thumbprint(platform, checkedKey)
  const template = authTemplate(verified, jkt, source.named)
  const token = { claims: verified, source, checkedKey, key, thumbprint: jkt, template }
  return () => cache.set(text, token, signedWith)
}
