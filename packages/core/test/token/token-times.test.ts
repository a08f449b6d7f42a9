import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { addressedKinds, agentToken, everyKind, type Minted, missionHeaderAuthToken } from './mint.ts'

const world = await makeWorld()
const { agent } = world
/** `JSON.stringify` writes the text unchanged. */
const raw = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text)

const numbers: readonly (readonly [shape: string, value: unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['a string', String(now + 600)],
  ['a date', new Date((now + 600) * 1000)],
  ['true', true],
  ['in an array', [now + 600]],
  ['a fraction', now + 600.5],
  ['negative', -1],
  ['beyond what a number can hold', raw('1e400')],
  ['no safe integer', raw('9007199254740993')],
  ['1e18', raw('1e18')],
]

describe.each(everyKind)('$kind', ({ kind, mint, requirement }: Minted) => {
  const code = async (claims: Readonly<Record<string, unknown>>): Promise<string> =>
    (await world.refusal(await mint(agent, { claims }), { requirement })).code
  const passes = async (claims: Readonly<Record<string, unknown>>): Promise<boolean> =>
    (await world.call(await mint(agent, { claims }), { requirement })).jti !== undefined

  it.each(numbers)('is refused when exp is %s [JWT-13, G01]', async (_shape, exp) => {
    expect(await code({ exp })).toBe('invalid_jwt')
  })

  it.each(numbers)('is refused when iat is %s [JWT-14, R11-031, G04]', async (_shape, iat) => {
    expect(await code({ iat })).toBe('invalid_jwt')
  })

  it('may have times with exponent and fraction if they are integers', async () => {
    expect(await passes({ exp: raw(`${now + 600}.0`) })).toBe(true)
  })

  it('is expired once its exp is reached, without tolerance [JWT-13, R11-030, G02]', async () => {
    expect(await code({ iat: now - 600, exp: now - 1 })).toBe('expired_jwt')
    expect(await code({ iat: now - 600, exp: now })).toBe('expired_jwt')
  })

  it('is valid until the second before its exp [JWT-13, R11-030]', async () => {
    expect(await passes({ iat: now - 600, exp: now + 1 })).toBe(true)
  })

  it('may be issued up to one window ahead [JWT-14, R11-032, G04]', async () => {
    expect(await passes({ iat: now + 59, exp: now + 600 })).toBe(true)
    expect(await passes({ iat: now + 60, exp: now + 600 })).toBe(true)
  })

  const tooFar = kind === missionHeaderAuthToken.kind ? 'invalid_jwt' : 'clock_skew'
  it(`is refused beyond that: ${tooFar} [JWT-14, R11-033, G04]`, async () => {
    const refusal = await world.refusal(await mint(agent, { claims: { iat: now + 61, exp: now + 600 } }), {
      requirement,
    })
    expect(refusal).toMatchObject({ code: tooFar, status: 401 })
    expect(refusal.headers['signature-error']).toBe(`error=${tooFar}`)
  })

  it('is accepted with an old iat', async () => {
    expect(await passes({ iat: now - 3000, exp: now + 600 })).toBe(true)
  })

  it('must not be used before its nbf [JWT-16, G05]', async () => {
    expect(await code({ nbf: now + 1 })).toBe('invalid_jwt')
    expect(await passes({ nbf: now })).toBe(true)
  })

  it.each([['x'], [null], [now + 0.5], [-1]])('is refused when nbf is %j [JWT-16]', async (nbf) => {
    expect(await code({ nbf })).toBe('invalid_jwt')
  })
})

describe('an expired token', () => {
  const renewals: readonly (readonly [ids: string, requirement: string | undefined])[] = [
    ['[R11-152]', undefined],
    ['[CHAL-12, R11-152]', 'requirement=person-token'],
    ['[CHAL-12, R11-152]', 'requirement=person-token'],
    ['[CHAL-13]', 'requirement=agent-token'],
  ]
  const rows = everyKind.map((minted, index) => ({
    ...minted,
    ids: renewals[index]?.[0],
    asks: renewals[index]?.[1],
  }))
  it.each(rows)('of the kind $kind is answered with $asks $ids', async ({ mint, requirement, asks }) => {
    const token = await mint(agent, { claims: { iat: now - 600, exp: now } })
    const refusal = await world.refusal(token, { requirement })
    expect(refusal).toMatchObject({ code: 'expired_jwt', status: 401 })
    expect(refusal.headers['signature-error']).toBe('error=expired_jwt')
    expect(refusal.headers['aauth-requirement']).toBe(asks)
  })

  it('is refused even if it was cached as verified [JWT-13, R11-030]', async () => {
    const fresh = await makeWorld()
    const token = await fresh.agent.authToken({ scope: 'access', lifetime: 100 })
    await fresh.call(token)
    fresh.net.clock.advance(100)
    expect((await fresh.refusal(token)).code).toBe('expired_jwt')
  })
})

describe('the lifetime', () => {
  it.each(addressedKinds)(
    'of $kind must be at most an hour [JWT-15, R11-034, G03]',
    async ({ mint, requirement }) => {
      expect((await world.call(await mint(agent, { lifetime: 3600 }), { requirement })).exp).toBe(now + 3600)
      const refusal = await world.refusal(await mint(agent, { lifetime: 3601 }), { requirement })
      expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    },
  )

  it.each(addressedKinds)(
    'of $kind counts from iat, not from the current time [JWT-15, R11-034]',
    async ({ mint, requirement }) => {
      const claims = { iat: now - 3000, exp: now + 601 }
      expect((await world.refusal(await mint(agent, { claims }), { requirement })).code).toBe('invalid_jwt')
    },
  )

  it.each(addressedKinds)(
    'of $kind must not be in milliseconds [JWT-15, G01]',
    async ({ mint, requirement }) => {
      const claims = { exp: (now + 600) * 1000 }
      expect((await world.refusal(await mint(agent, { claims }), { requirement })).code).toBe('invalid_jwt')
    },
  )

  it('of an agent token has no limit by default [R11-035, AGENT-10]', async () => {
    const token = await agent.agentToken({ lifetime: 30 * 86_400 })
    expect((await world.call(token, { requirement: agentToken.requirement })).exp).toBe(now + 30 * 86_400)
  })

  it('of an agent token is limited by maxAgentTokenLifetime [AGENT-10, JWT-15, G03]', async () => {
    const strict = await makeWorld({ maxAgentTokenLifetime: 86_400 })
    const token = await strict.agent.agentToken({ lifetime: 86_400 })
    expect((await strict.call(token, { requirement: agentToken.requirement })).exp).toBe(now + 86_400)
    const refusal = await strict.refusal(await strict.agent.agentToken({ lifetime: 86_401 }), {
      requirement: agentToken.requirement,
    })
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
  })

  it('of other tokens is not limited by maxAgentTokenLifetime', async () => {
    const strict = await makeWorld({ maxAgentTokenLifetime: 60 })
    expect((await strict.call(await strict.agent.authToken({ scope: 'access' }))).exp).toBe(now + 3600)
  })
})

it('the limit of iat comes from signatureWindow [JWT-14, R11-033]', async () => {
  const strict = await makeWorld({ signatureWindow: 5 })
  const token = (iat: number): Promise<string> => strict.agent.authToken({ claims: { iat, exp: now + 60 } })
  expect((await strict.refusal(await token(now + 6))).code).toBe('clock_skew')
  expect((await strict.call(await token(now + 5))).exp).toBe(now + 60)
})
