/**
 * Floods one resource that has the default limits, with everything at once that callers can make it remember, each
 * entry as large as it may be. `flooded.ts` runs it with a heap of 256 megabytes. Prints one line of JSON for each
 * flood.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeySource } from '../../packages/core/src/keys/issuer-record.ts'
import { octetsInUse } from './heap.ts'
import { arrivalOf, decide, makeScene, second } from './scene.ts'

/** What became of one flood. */
export interface Flooded {
  readonly flood: string
  readonly sent: number
  /** How many had each outcome. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Octets that are in use afterwards, by all floods until then. */
  readonly octets: number
  /** Whether a request of before the floods is still accepted. */
  readonly serves: boolean
}

const part = Number(process.argv[2] ?? '1')
const often = (count: number): number => Math.ceil(count * part)
const text = (length: number): string => randomBytes(length / 2).toString('hex')
const digest = (): string => randomBytes(32).toString('base64url')

const { net, agent, make } = await makeScene()
let now = second
const host = (index: number): string => `https://ps-${index}.${text(60)}.${text(60)}.${text(60)}.example`
const many = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => host(index))
const listed = many(5)
const unlisted = many(300)
const documents = hostileDocuments()
const { resource, state } = make({
  // An issuer that is not listed is pushed out by new ones until it has been in use for five minutes.
  trust: { agentProviders: 'any', personServers: [net.personServer.id] },
  claims: ['groups'],
  now: () => now,
  fetch: ((url: string, init: RequestInit) =>
    url.startsWith(net.personServer.id) ? net.fetch(url, init) : documents(url)) as typeof fetch,
})
const token = await agent.authToken({ scope: 'access' })
let calls = 0
let owner = ''

await flood('new tokens, each of its own agent', often(6000), async (index) => {
  const other = await net.agent({ name: `agent-${index}` })
  const fresh = await other.authToken({ scope: 'access' })
  await decide(resource, arrivalOf(await other.sign(`${net.resource}/notes`, {}, { token: fresh })))
  return 'accepted'
})
await flood('new tokens of 5 kB, with claims that are kept', often(3000), async (index) => {
  const groups = Array.from({ length: 120 }, () => text(30))
  const other = await net.agent({ name: `large-${index}` })
  const fresh = await other.authToken({ scope: 'access', claims: { groups, jti: text(256) } })
  await decide(resource, arrivalOf(await other.sign(`${net.resource}/notes`, {}, { token: fresh })))
  return 'accepted'
})
await flood('revocations of 300 unlisted issuers', often(300_000), (index) =>
  state.revocations.add({
    iss: unlisted[index % unlisted.length] as string,
    jti: text(256),
    exp: second + 86_400,
    listed: false,
  }),
)
await flood('revocations of 5 listed issuers', often(60_000), (index) =>
  state.revocations.add({
    iss: listed[index % listed.length] as string,
    jti: text(256),
    exp: second + 86_400,
    listed: true,
  }),
)
await flood('terminations by 300 unlisted person servers', often(300_000), (index) =>
  state.tombstones.add({
    approver: unlisted[index % unlisted.length] as string,
    s256: digest(),
    reason: text(128),
    listed: false,
  }),
)
await flood('replay marks under 300 unlisted issuers, each with a key of its own', often(300_000), (index) =>
  state.replays.mark({
    issuer: unlisted[index % unlisted.length] as string,
    owner: digest(),
    fingerprint: digest(),
    until: second + (index % 120),
    window: 60,
    listed: false,
  }),
)
await flood('replay marks under one listed issuer, 100 for each key', often(300_000), (index) =>
  state.replays.mark({
    issuer: net.personServer.id,
    owner: ownerOf(index),
    fingerprint: digest(),
    until: second + (index % 120),
    window: 60,
    listed: true,
  }),
)
await flood('new issuers with 64 keys and 8 kB of metadata', often(2000), async (index) => {
  now += 0.06
  const source: KeySource = { iss: host(index), dwk: 'aauth-person.json', named: false }
  await state.keys.key(source, 'key-1')
  return 'fetched'
})

async function flood(name: string, count: number, one: (index: number) => unknown): Promise<void> {
  const outcomes: Record<string, number> = {}
  for (let index = 0; index < count; index++) {
    const outcome = await Promise.resolve(one(index)).catch(codeOf)
    outcomes[String(outcome)] = (outcomes[String(outcome)] ?? 0) + 1
  }
  // The clock was ahead while issuers were fetched.
  now = second
  const serves = await callOnce().then(
    () => true,
    () => false,
  )
  const flooded: Flooded = { flood: name, sent: count, outcomes, octets: octetsInUse(), serves }
  console.log(JSON.stringify(flooded))
}

async function callOnce(): Promise<unknown> {
  const request = { method: 'POST' }
  const message = await agent.sign(`${net.resource}/notes`, request, {
    token,
    params: { nonce: `${calls++}` },
  })
  return decide(resource, arrivalOf(message))
}

function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? String(error)
}

function ownerOf(index: number): string {
  if (index % 100 === 0) owner = digest()
  return owner
}

/** Documents with as much in them as is kept. */
function hostileDocuments(): (url: string) => Promise<Response> {
  const publicKeys = Array.from(
    { length: 64 },
    () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string,
  )
  const headers = { 'content-type': 'application/json', 'cache-control': 'max-age=3600' }
  return async (url) => {
    const { origin, pathname } = new URL(url)
    const keys = publicKeys.map((x, index) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      x,
      alg: 'Ed25519',
      use: 'sig',
      kid: index === 0 ? 'key-1' : text(256),
    }))
    const more = Object.fromEntries(Array.from({ length: 58 }, () => [text(20), text(110)]))
    const metadata = { issuer: origin, jwks_uri: `${origin}/jwks.json`, ...more }
    return Response.json(pathname === '/jwks.json' ? { keys } : metadata, { headers })
  }
}
