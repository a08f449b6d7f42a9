import { type Auth, type MissionHeaderAuth, verifyContent } from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { type AuthTemplate, authOf, authTemplate, isAccepted } from '../../src/token/auth.ts'
import type { VerifiedClaims } from '../../src/token/claims.ts'
import type { Generation, TokenKind } from '../../src/token/kinds.ts'
import { agentToken, authToken, everyKind, missionHeaderAuthToken, personToken } from './mint.ts'

const world = await makeWorld({ trust: listed })
const { agent } = world

function everyObject(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(everyObject)]
}

const scopes = ['data.read']
const claims = {
  verified: true,
  kind: 'auth-token',
  generation: 'mission-header',
  role: 'person-server',
  dwk: 'aauth-person.json',
  iss: 'https://ps.example',
  jti: 'a1',
  iat: 1,
  exp: 2,
  sub: 'person-1',
  ps: 'https://ps.example',
  agent: 'aauth:planner@agent.example',
  parentAgent: undefined,
  scopes,
  account: null,
  tenant: null,
  mission,
  further: undefined,
  ...JSON.parse('{"__proto__":{"admin":true}}'),
} as const satisfies VerifiedClaims

describe('an identity', () => {
  const members: readonly (readonly [minted: (typeof everyKind)[number], names: string])[] = [
    [agentToken, 'account agent class covered exp iss jti ps scopes sub tenant thumbprint type'],
    [personToken, 'account covered exp generation iss jti ps scopes sub tenant thumbprint type'],
    [authToken, 'account covered exp generation iss jti ps scopes sub tenant thumbprint type'],
    [
      missionHeaderAuthToken,
      'account agent class covered exp generation iss jti ps scopes sub tenant thumbprint type',
    ],
  ]
  it.each(members.map(([minted, names]) => ({ ...minted, names })))(
    'of $kind has these members and no others: $names [G23, G24]',
    async ({ mint, requirement, names }) => {
      const smuggled = {
        verified: true,
        thumbprint: 'x',
        covered: [],
        class: 'x',
        role: 'x',
        parentAgent: 'x',
      }
      const auth = await world.call(await mint(agent, { claims: smuggled }), { requirement })
      expect(Object.keys(auth).sort().join(' ')).toBe(names)
      expect(auth.thumbprint).toBe(agent.key.thumbprint)
    },
  )

  it.each(everyKind)('of $kind is deeply frozen', async ({ mint, requirement }) => {
    const auth = await world.call(await mint(agent), { requirement })
    for (const object of everyObject(auth)) expect(Object.isFrozen(object)).toBe(true)
  })

  it('has a frozen mission and class', async () => {
    const token = await agent.authToken({ generation: 'mission-header', scope: 'access', mission: s256 })
    const auth = (await world.call(token)) as MissionHeaderAuth
    expect([auth.mission, auth.class].map(Object.isFrozen)).toEqual([true, true])
    expect(auth.mission).toEqual(mission)
  })

  it('contains the components covered by its own request', async () => {
    const token = await agent.authToken()
    const base = ['@method', '@authority', '@path', 'signature-key']
    expect((await world.call(token)).covered).toEqual(base)
    expect((await world.call(token, { cover: ['@query'] })).covered).toEqual([...base, '@query'])
    expect((await world.call(token)).covered).toEqual(base)
  })

  it('cannot be built by hand', async () => {
    const auth = await world.call(await agent.authToken())
    expect(contentBinding(auth)).toBe('uncovered')
    for (const forged of [{ ...auth }, structuredClone(auth), Object.create(auth) as Auth]) {
      expect(() => contentBinding(forged)).toThrow(TypeError)
      expect(() => verifyContent(forged, new Uint8Array())).toThrow(TypeError)
    }
  })
})

describe('the template of an identity', () => {
  const template: AuthTemplate = authTemplate(claims, 'jkt', true)

  it('is built member by member, so no claim becomes its prototype [R11-055, G24]', () => {
    expect((template as { admin?: unknown }).admin).toBeUndefined()
    expect(Object.keys(template)).not.toContain('jwk')
    expect(Object.keys(template)).not.toContain('verified')
  })

  it('keeps no reference to objects that a caller may change', () => {
    expect(template.scopes).not.toBe(scopes)
    expect(template.mission).not.toBe(mission)
    expect(template.mission).toEqual(mission)
  })

  it('is shared by requests that cover different components', () => {
    expect(authOf(template, ['@method'], undefined).covered).toEqual(['@method'])
    expect(authOf(template, ['@method', '@query'], undefined).covered).toEqual(['@method', '@query'])
    expect(template).not.toHaveProperty('covered')
  })
})

describe('the kind of a token', () => {
  const verdicts: readonly (readonly [
    accept: TokenKind,
    kind: TokenKind,
    generation: Generation | undefined,
    verdict: boolean,
  ])[] = [
    ['agent-token', 'agent-token', undefined, true],
    ['agent-token', 'person-token', 'person-token', false],
    ['agent-token', 'auth-token', 'person-token', false],
    ['agent-token', 'auth-token', 'mission-header', false],
    ['person-token', 'agent-token', undefined, false],
    ['person-token', 'person-token', 'person-token', true],
    ['person-token', 'auth-token', 'person-token', true],
    ['person-token', 'auth-token', 'mission-header', false],
    ['auth-token', 'agent-token', undefined, false],
    ['auth-token', 'person-token', 'person-token', false],
    ['auth-token', 'auth-token', 'person-token', true],
    ['auth-token', 'auth-token', 'mission-header', true],
  ]
  it.each(verdicts)(
    'when %s is required and %s of generation %s is presented: %s [R11-058, R11-072]',
    (accept, kind, generation, verdict) => {
      expect(isAccepted(new Set([accept]), kind, generation)).toBe(verdict)
    },
  )
})
