/** What the guard is held against: the least that a guard can do, and a guard made of packages on npm. */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import type { TestNetwork } from '@aauth-guard/testing'
import { verify as verifySignature } from '@hellocoop/httpsig'
import { importJWK, type JWK, jwtVerify } from 'jose'

/** A message with its signature. */
export interface RawMessage {
  readonly text: Buffer
  readonly key: KeyObject
  readonly signature: Buffer
}

/** 1200 octets, about as many as the signature of a request with an auth token covers. */
export function rawMessage(): RawMessage {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const text = Buffer.alloc(1200, 'a')
  return { text, key: publicKey, signature: sign(null, text, privateKey) }
}

/** One check of an Ed25519 signature, on this thread. @throws {Error} when it is not valid */
export function verifyRaw({ text, key, signature }: RawMessage): void {
  if (!verify(null, text, key, signature)) throw new Error('the raw signature does not verify')
}

/** A request as frameworks show it. */
export interface ShownRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Headers | Record<string, string | string[]>
}

/** Verifies a request. Rejects what is not valid. */
export type Verifier = (request: ShownRequest) => Promise<void>

/**
 * The guard that one would write with `@hellocoop/httpsig` and `jose`. The keys of the issuers were fetched and imported
 * before the first request comes.
 */
export async function makePeer(net: TestNetwork): Promise<Verifier> {
  const authority = new URL(net.resource).host
  const keys = await issuerKeys(net)
  const httpsig = { maxClockSkew: Number.MAX_SAFE_INTEGER }
  const claims = { audience: net.resource, algorithms: ['Ed25519', 'ES256'], typ: 'aa-auth+jwt' }
  return async ({ method, target, headers }) => {
    const [path = '', query] = target.split('?', 2)
    const request = { method, authority, path, headers, ...(query !== undefined && { query }) }
    const { verified, jwt, publicKey, error } = await verifySignature(request, httpsig)
    if (!verified || jwt === undefined) throw new Error(error ?? 'not signed with a token')
    const { iss } = jwt.payload as { iss?: string }
    const { payload } = await jwtVerify<{ scope?: string; cnf?: { jwk?: JWK } }>(
      jwt.raw,
      ({ kid }) => {
        const key = keys.get(`${iss} ${kid}`)
        if (key === undefined) throw new Error(`there is no key ${kid} of ${iss}`)
        return key
      },
      { ...claims, currentDate: new Date(net.clock.now() * 1000) },
    )
    if (payload.cnf?.jwk?.x !== publicKey.x) throw new Error('the token is bound to another key')
    if (!payload.scope?.split(' ').includes('access')) throw new Error('the token lacks the scope')
  }
}

type ImportedKey = Awaited<ReturnType<typeof importJWK>>

/** Issuer and `kid` → key. */
async function issuerKeys(net: TestNetwork): Promise<ReadonlyMap<string, ImportedKey>> {
  const keys = new Map<string, ImportedKey>()
  for (const { id } of [net.personServer, net.accessServer]) {
    const set = (await (await net.fetch(`${id}/jwks.json`)).json()) as { keys: readonly JWK[] }
    for (const jwk of set.keys) keys.set(`${id} ${jwk.kid}`, await importJWK(jwk))
  }
  return keys
}
