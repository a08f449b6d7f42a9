import { authorize, isAAuthError, type Resource, type SignedRequest } from '@aauth-guard/core'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { telemetry } from '@aauth-guard/opentelemetry'
import { toSignedRequest } from '@aauth-guard/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeMeters, type Series } from './otel-scene.ts'

/** What may stand in each attribute, whoever calls. */
const allowed: Readonly<Record<string, readonly unknown[]>> = {
  outcome: ['accepted', 'challenged', 'refused', 'failed', 'fetched', 'answered', 'unreported'],
  'http.route': ['notes.read'],
  'token.kind': ['agent-token', 'person-token', 'auth-token'],
  learned_from: ['operator', 'unreported'],
  store: ['stores.tombstones'],
}
const requirement = { name: 'notes.read', accept: ['agent-token', 'auth-token'] } as const

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'x"} 1\naauth_guard_decisions_total{a="',
    '\u202e\u2028',
    'a'.repeat(2000),
  ),
)
const isErrorCode = /^[a-z_]{3,30}$/
const label = fc.stringMatching(/^[a-z]{1,20}$/)

/** One caller who chooses all that a caller can choose. */
const caller = fc.record({
  path: hostile,
  method: fc.oneof(fc.constantFrom('GET', 'POST'), hostile),
  claim: hostile,
  name: label,
  host: label,
  digest: fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((octets) => Buffer.from(octets).toString('base64url')),
  how: fc.constantFrom('verified', 'stale', 'claims', 'changed', 'unsigned', 'fields'),
})
type Caller = typeof caller extends fc.Arbitrary<infer Value> ? Value : never

it('callers who choose hostile names, paths, methods, issuers and missions add no series', async () => {
  const meters = makeMeters()
  const find = async (): Promise<undefined> => undefined
  const world = await makeWorld({
    stores: { tombstones: { find, add: () => 'recorded' as const } },
    limits: { unlistedIssuers: 5 },
    replay: 'off',
  })
  world.resource.listen(telemetry({ meterProvider: meters.provider, identity: true }))
  const outcomes = new Set<unknown>()
  const call = async (one: Caller): Promise<void> => {
    await send(world, one)
    await changeState(world.resource, one)
  }
  await fc.assert(
    fc.asyncProperty(caller, async (one) => {
      await call(one)
      for (const { attributes } of Object.values(await meters.collect()).flat()) {
        outcomes.add(attributes.outcome)
        expect(isClosed(attributes), JSON.stringify(attributes)).toBe(true)
      }
    }),
    { numRuns: 150 },
  )
  // Otherwise the property says little.
  expect([...outcomes]).toEqual(expect.arrayContaining(['accepted', 'challenged', 'refused', 'fetched']))
  for (const one of fc.sample(caller, 300)) await call(one)
  const series = Object.values(await meters.collect()).flat()
  expect(series.filter(({ attributes }) => !isClosed(attributes))).toEqual([])
  // 450 callers chose ten values each. There are a few outcomes, with a few codes.
  expect(series.length).toBeLessThan(60)
})

function isClosed(attributes: Series['attributes']): boolean {
  return Object.entries(attributes).every(([name, value]) => mayStand(name, value))
}

function mayStand(name: string, value: unknown): boolean {
  if (name === 'error.type') return isErrorCode.test(String(value))
  return allowed[name]?.includes(value) ?? false
}

async function send(
  { net, resource }: World,
  { how, path, method, claim, name, host }: Caller,
): Promise<void> {
  const provider = await net.issuer('agent-provider', `https://${host}.example`)
  const agent = await net.agent({ name, provider })
  const claims = { sub: claim, agent: claim, iss: claim, mission_s256: claim, scope: claim, jti: claim }
  const token = await agent.agentToken(how === 'claims' ? { claims } : {})
  const signing = { token, ...(how === 'stale' && { mistake: 'stale' as const }) }
  const request = toSignedRequest(await agent.sign(`${net.resource}/${name}`, {}, signing))
  const bare: SignedRequest = { method, target: path, header: () => [] }
  const sent = {
    verified: request,
    stale: request,
    claims: request,
    changed: { ...request, method, target: path },
    unsigned: { ...request, header: (field: string) => (field === 'host' ? request.header(field) : []) },
    fields: { ...bare, header: () => [claim] },
  }
  await authorize(resource, sent[how], requirement).catch(onlyRefusals)
}

/** What issuers and persons choose of the events beside decisions. */
async function changeState(resource: Resource, { claim, host, digest }: Caller): Promise<void> {
  const iss = `https://${host}.example`
  const reason = claim.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 128) || 'x'
  await resource.missions.terminate({ approver: iss, s256: digest }, reason)
  await resource.revoke({ iss, jti: reason, exp: now + 60 })
}

function onlyRefusals(error: unknown): void {
  if (!isAAuthError(error)) throw error
}
