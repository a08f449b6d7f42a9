import type { AnyRequirement, Auth, AuthorizeOptions } from '@aauth-guard/core'
import { mission, otherS256 } from '@aauth-guard/fixtures/missions'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { Agent, SignedMessage, SignOptions } from '@aauth-guard/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { stateOf } from '../../src/resource/state-of.ts'
import { applyChanges, type Draft, draftOf, hostile, type Means } from './hostile-request.ts'
import { type Configuration, familiarity, type Happening, Twins, trusted } from './twins.ts'

const url = 'https://notes.example/notes?page=2'

/** An agent, the tokens that the resource has met, and requests with them. */
interface Party {
  readonly agent: Agent
  readonly tokens: readonly string[]
  readonly means: Means
}

let world: World
const parties: Party[] = []
let introductions: Draft[] = []

type Signing = Omit<SignOptions, 'token'>
/** A request to a path of its own, so that it marks no other as used. */
const signed = async (agent: Agent, token: string, how: Signing = {}): Promise<SignedMessage> =>
  agent.sign('https://notes.example/met', { headers: { 'x-tenant': 'acme' } }, { token, ...how })

beforeAll(async () => {
  world = await makeWorld()
  const untrusted = await world.net.issuer('person-server', 'https://elsewhere.example')
  const someone = await world.net.agent({ name: 'someone' })
  const met = [await someone.authToken({ scope: 'access' }), await someone.agentToken()]
  // A nonce, so that no form is learned from them.
  introductions = await Promise.all(
    met.map(async (token) => draftOf(await signed(someone, token, { params: { nonce: 'n' } }))),
  )
  for (const alg of ['Ed25519', 'ES256'] as const) {
    const agent = await world.net.agent({ name: alg.toLowerCase(), alg })
    const underMission = { scope: 'access', generation: 'mission-header', mission: mission.s256 } as const
    const tokens = [
      await agent.authToken({ scope: 'access' }),
      await agent.authToken({ scope: 'access', mission: mission.s256 }),
      await agent.authToken(underMission),
      await agent.personToken(),
      await agent.agentToken(),
      await agent.authToken({ scope: 'access' }, untrusted),
    ]
    const others = [
      ...met,
      await agent.authToken({ scope: 'access' }),
      await agent.personToken({ lifetime: 30 }),
    ]
    parties.push({ agent, tokens, means: { key: agent.key, tokens: [...tokens, ...others] } })
  }
})

const requirements: readonly AnyRequirement[] = [
  {},
  { scope: 'notes.write' },
  { accept: 'agent-token' },
  { accept: 'person-token' },
  { ...anyKind, singleUse: true },
  { ...anyKind, components: ['@query'] },
  { ...anyKind, components: ['x-tenant', 'content-digest'] },
  { ...anyKind, mission: 'required' },
  { ...anyKind, mission: 'forbidden' },
  { ...anyKind, trust: trusted },
  { ...anyKind, trust: { personServers: ['https://elsewhere.example'] } },
  { ...anyKind, trust: { agentProviders: 'any', personServers: () => true } },
  { ...anyKind, optional: true },
  { ...anyKind, check: ({ type }: Auth) => type === 'auth-token' },
].map((requirement) => requirement as AnyRequirement)

const configuration: fc.Arbitrary<Configuration> = fc.record({
  replay: fc.constantFrom('auto', 'auto', 'unsafe', 'all', 'off'),
  trust: fc.constantFrom('any' as const, trusted),
  watches: fc.boolean(),
  tells: fc.boolean(),
})

const happening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom('time', 'time', 'time', 'revocation', 'purge', 'termination'),
  seconds: fc.constantFrom(1, 59, 61, 300, 481, 601, 3599, 3600, 90_000, -1, -30, -60),
})
const happenings = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.array(happening, { minLength: 1, maxLength: 2 }) },
)

const members = {
  happenings,
  token: fc.nat(5),
  requirement: fc.oneof(
    { weight: 3, arbitrary: fc.constant(anyKind as AnyRequirement) },
    { weight: 3, arbitrary: fc.constantFrom(...requirements) },
  ),
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST'),
  signing: fc.constantFrom<Signing>(
    {},
    {},
    {},
    {},
    {},
    { cover: ['@query'] },
    { cover: ['x-tenant'] },
    { digest: true },
    { params: { nonce: 'n' } },
    { mission },
  ),
  // Signed when the pair was made, or after everything that happened.
  early: fc.boolean(),
  hostile,
  // How often it is sent.
  times: fc.constantFrom(1, 2),
  options: fc.constantFrom<AuthorizeOptions>({}, { content: 'later' }),
}
/** A request that its sender or its route may mean to be accepted once, and that is sent again. */
const repeated = {
  ...members,
  requirement: fc.constantFrom(anyKind as AnyRequirement, { ...anyKind, singleUse: true } as AnyRequirement),
  method: fc.constantFrom('GET', 'POST'),
  signing: fc.constantFrom<Signing>({}, { params: { nonce: 'n' } }, { digest: true }),
  hostile: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: hostile },
    { weight: 1, arbitrary: fc.nat(3).map((at) => [{ name: 'change the content', at, text: '' }]) },
  ),
  times: fc.constant(2),
}
/** A request beside a mission, which the token has, contradicts, or knows nothing of. */
const underMission = {
  ...members,
  token: fc.constantFrom(1, 2, 2, 4),
  requirement: fc.constantFrom<AnyRequirement>(anyKind, { accept: 'auth-token', mission: 'required' }),
  signing: fc.constantFrom<Signing>({}, { mission }, { mission: { ...mission, s256: otherS256 } }),
  hostile: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: hostile }),
}
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record(members) },
  { weight: 1, arbitrary: fc.record(repeated) },
  { weight: 1, arbitrary: fc.record(underMission) },
)

describe('the fast path', () => {
  it('decides every request as the path that waits for its stores does', async () => {
    const counts = new Map<string, number>()
    const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
    const steps = fc.array(step, { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(configuration, fc.nat(1), steps, async (configured, who, given) => {
        const { agent, tokens, means } = parties[who] as Party
        const twins = new Twins(world.net, configured)
        expect([stateOf(twins.warm).answersAtOnce, stateOf(twins.plain).answersAtOnce]).toEqual([true, false])
        await twins.introduce(introductions)
        const good = await Promise.all(tokens.map(async (token) => draftOf(await signed(agent, token))))
        const covering = draftOf(await signed(agent, tokens[0] as string, { cover: ['@query'] }))
        await twins.warmUp([...good, covering])
        for (const {
          happenings: before,
          token: which,
          requirement,
          method,
          signing,
          early,
          hostile,
          times,
          options,
        } of given) {
          const token = tokens[which] as string
          const sign = async (): Promise<Draft> =>
            draftOf(
              await agent.sign(
                url,
                { method, headers: { 'x-tenant': 'acme' }, ...(signing.digest && { body: 'note' }) },
                { token, ...signing },
              ),
            )
          const sooner = await sign()
          for (const one of before) await twins.happen(one, token)
          const draft = await applyChanges(early ? sooner : await sign(), hostile, means)
          for (let sent = 0; sent < times; sent++) {
            const known = familiarity(twins.warm, draft)
            const [warm, plain] = await twins.decide(draft, requirement, options)
            expect(warm).toEqual(plain)
            count(`${known}: ${'auth' in warm ? 'accepted' : 'refused'}`)
          }
        }
        twins.close()
      }),
      runs(200),
    )
    // How often the paths were taken, far below what any seed yields.
    for (const [name, least] of [
      ['a known token and nothing to wait for: accepted', 20],
      ['a known token and nothing to wait for: refused', 20],
      ['a known token in an unknown form: accepted', 5],
      ['a known token in an unknown form: refused', 5],
      ['a refused token: refused', 1],
      ['a known form: refused', 5],
      ['nothing: refused', 20],
    ] as const)
      expect([name, counts.get(name) ?? 0, (counts.get(name) ?? 0) >= least]).toEqual([
        name,
        expect.anything(),
        true,
      ])
  })
})
