import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import {
  authorize,
  createResource,
  type Resource,
  type ResourceOptions,
  type Signer,
} from '@aauth-guard/core'
import { createTestNetwork, type TestKey } from '@aauth-guard/testing'
import { type Arrival, arrivalOf, arrive } from './arrival.ts'
import type { Case } from './measure.ts'

export type Alg = 'Ed25519' | 'ES256'

/** More than four times what the resource remembers, so that each is forgotten before its turn comes again. */
const coldTokens = 4_400
const verifiedTokens = 1000

/** What is measured, by the names that the benchmarks use. */
export interface Cases {
  /** The raw primitive that the others are held against. */
  readonly raw: Case
  /** What a benchmark does for each request beside calling `authorize`. */
  readonly harness: Case
  /** What is held against the raw primitive. */
  readonly others: readonly Case[]
}

export async function makeCases(alg: Alg): Promise<Cases> {
  const net = await createTestNetwork({ now: 1_790_000_000, seed: `bench ${alg}` })
  const agent = await net.agent({ alg })
  const options: ResourceOptions = {
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
    replay: 'off',
    log: 'off',
    signingKey: signerOf(agent.key),
    limits: { verifiedTokens },
  }
  const resource = createResource(options)
  const withSodium = createResource({ ...options, ed25519: 'sodium-native' })
  const choosy = createResource({
    ...options,
    trust: { agentProviders: 'any', personServers: ['https://other.example'] },
  })
  const requirement = { scope: 'access' }
  const sign = async (path: string, token: string, mistake?: 'stale'): Promise<Arrival> =>
    arrivalOf(await agent.sign(`${net.resource}${path}`, {}, { token, ...(mistake && { mistake }) }))

  const token = await agent.authToken({ scope: 'access' })
  const hot = await Promise.all(Array.from({ length: 64 }, (_, i) => sign(`/notes/${i}`, token)))
  const cold: Arrival[] = []
  for (let i = 0; i < coldTokens; i++)
    cold.push(await sign('/notes', await agent.authToken({ scope: 'access' })))
  const others: Arrival[] = []
  for (let i = 0; i < coldTokens; i++) {
    const other = await net.agent({ alg })
    const token = await other.authToken({ scope: 'access' })
    others.push(arrivalOf(await other.sign(`${net.resource}/notes`, {}, { token })))
  }
  // A resource that has accepted some agent.
  await authorize(choosy, arrive(await sign('/notes', await agent.agentToken())), { accept: 'agent-token' })
  let used = 0
  const [one] = hot as [Arrival]
  const stale = await sign('/notes', token, 'stale')
  const malformed = { ...one, lines: new Map(one.lines).set('signature', ['sig=?']) }
  const unsigned = { ...one, lines: new Map() }

  const key = createPublicKey({ key: agent.key.jwk as never, format: 'jwk' })
  const accept = (by: Resource, of: readonly Arrival[]) => (index: number) =>
    authorize(by, arrive(of[index % of.length] as Arrival), requirement)
  // A resource of its own: the tokens of the cold case would displace the hot one.
  const acceptCold = accept(createResource(options), cold)
  const acceptOthers = accept(createResource(options), others)
  const refuse =
    (of: Arrival, by = resource) =>
    () =>
      authorize(by, arrive(of), requirement).then(
        () => Promise.reject(new Error('accepted')),
        () => undefined,
      )

  return {
    raw: { name: 'crypto.verify, in place', run: (i) => verifyHere(alg, key, hot[i % 64] as Arrival) },
    harness: {
      name: 'the request object and a promise',
      run: (i) => Promise.resolve(arrive(hot[i % 64] as Arrival)),
    },
    others: [
      { name: 'crypto.verify, thread pool', run: (i) => verifyInPool(alg, key, hot[i % 64] as Arrival) },
      { name: 'hot: token seen before', run: accept(resource, hot) },
      ...(alg === 'Ed25519' ? [{ name: 'hot with sodium-native', run: accept(withSodium, hot) }] : []),
      { name: 'cold: token never seen, keys cached', run: () => acceptCold(used++) },
      { name: 'cold: agent never seen, keys of its issuer cached', run: () => acceptOthers(used++) },
      { name: 'refused: stale', run: refuse(stale) },
      { name: 'refused: malformed', run: refuse(malformed) },
      { name: 'refused: unsigned', run: refuse(unsigned) },
      { name: 'refused: unknown issuer', run: refuse(one, choosy) },
    ],
  }
}

/** A resource without a signing key warns of it. */
export function signerOf(key: TestKey): Signer {
  return {
    publicKey: { ...key.jwk, kid: key.kid, alg: key.alg },
    sign: (octets) => key.sign(Uint8Array.from(octets)),
  }
}

function verifyHere(alg: Alg, key: KeyObject, { base, signature }: Arrival): void {
  const valid =
    alg === 'Ed25519'
      ? verify(null, base, key, signature)
      : verify('sha256', base, { key, dsaEncoding: 'ieee-p1363' }, signature)
  if (!valid) throw new Error('the raw signature does not verify')
}

function verifyInPool(alg: Alg, key: KeyObject, { base, signature }: Arrival): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, valid: boolean): void => (error || !valid ? reject(error) : resolve())
    if (alg === 'Ed25519') verify(null, base, key, signature, done)
    else verify('sha256', base, { key, dsaEncoding: 'ieee-p1363' }, signature, done)
  })
}
