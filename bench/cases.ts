import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import {
  authorize,
  createResource,
  type Resource,
  type ResourceOptions,
  type SignedRequest,
} from '@aauth-guard/core'
import { createTestNetwork, type SignedMessage } from '@aauth-guard/testing'
import type { Case } from './measure.ts'

/** How many tokens the cold case may use up. */
export const coldTokens = Number(process.env.COLD ?? 12_000)

/** The cases, the first of which is the raw primitive that the others are held against. */
export async function makeCases(alg: 'Ed25519' | 'ES256'): Promise<readonly Case[]> {
  const net = await createTestNetwork({ now: 1_790_000_000, seed: `bench ${alg}` })
  const options: ResourceOptions = {
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
    replay: 'off',
    limits: { verifiedTokens: 1000 },
  }
  const resource = createResource(options)
  const withSodium = createResource({ ...options, ed25519: 'sodium-native' })
  const agent = await net.agent({ alg })
  const requirement = { scope: 'access' }
  const sign = async (path: string, token: string, mistake?: 'stale'): Promise<Arrival> =>
    arrival(await agent.sign(`${net.resource}${path}`, {}, { token, ...(mistake && { mistake }) }))

  const token = await agent.authToken({ scope: 'access' })
  const hot = await Promise.all(Array.from({ length: 64 }, (_, i) => sign(`/notes/${i}`, token)))
  const cold: Arrival[] = []
  for (let i = 0; i < coldTokens; i++)
    cold.push(await sign('/notes', await agent.authToken({ scope: 'access' })))
  const [one] = hot as [Arrival]
  const stale = await sign('/notes', token, 'stale')
  const malformed = { ...one, lines: new Map(one.lines).set('signature', ['sig=?']) }
  const unsigned = { ...one, lines: new Map() }

  const key = createPublicKey({ key: agent.key.jwk as never, format: 'jwk' })
  const accept = (by: Resource, of: readonly Arrival[]) => (index: number) =>
    authorize(by, arrive(of[index % of.length] as Arrival), requirement)
  const refuse = (of: Arrival) => () =>
    authorize(resource, arrive(of), requirement).then(
      () => Promise.reject(new Error('accepted')),
      () => undefined,
    )

  return [
    { name: 'crypto.verify, in place', run: (i) => verifyHere(alg, key, hot[i % 64] as Arrival) },
    { name: 'crypto.verify, thread pool', run: (i) => verifyInPool(alg, key, hot[i % 64] as Arrival) },
    { name: 'hot: token seen before', run: accept(resource, hot) },
    ...(alg === 'Ed25519' ? [{ name: 'hot with sodium-native', run: accept(withSodium, hot) }] : []),
    { name: 'cold: token never seen, keys cached', usesUp: coldTokens, run: accept(resource, cold) },
    { name: 'refused: stale', run: refuse(stale) },
    { name: 'refused: malformed', run: refuse(malformed) },
    { name: 'refused: unsigned', run: refuse(unsigned) },
  ]
}

/** A signed message, taken apart before the clock runs as an adapter's server does it. */
interface Arrival {
  readonly method: string
  readonly target: string
  readonly lines: ReadonlyMap<string, readonly string[]>
  readonly base: Buffer
  readonly signature: Buffer
}

function arrival({ method, target, headers, base }: SignedMessage): Arrival {
  const lines = new Map(headers.map(([name, value]) => [name, [value]]))
  const [signature = ''] = lines.get('signature') ?? []
  const bytes = Buffer.from(signature.slice(signature.indexOf(':') + 1, -1), 'base64')
  return { method, target, lines, base: Buffer.from(base), signature: bytes }
}

const nothing: readonly string[] = []
const empty = new Uint8Array()

/** A fresh object for each run: a request that passed a guard before would not be verified again. */
function arrive({ method, target, lines }: Arrival): SignedRequest {
  return { method, target, header: (name) => lines.get(name) ?? nothing, body: empty }
}

function verifyHere(alg: string, key: KeyObject, { base, signature }: Arrival): void {
  const valid =
    alg === 'Ed25519'
      ? verify(null, base, key, signature)
      : verify('sha256', base, { key, dsaEncoding: 'ieee-p1363' }, signature)
  if (!valid) throw new Error('the raw signature does not verify')
}

function verifyInPool(alg: string, key: KeyObject, { base, signature }: Arrival): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, valid: boolean): void => (error || !valid ? reject(error) : resolve())
    if (alg === 'Ed25519') verify(null, base, key, signature, done)
    else verify('sha256', base, { key, dsaEncoding: 'ieee-p1363' }, signature, done)
  })
}
