import { authorize, createResource } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { checkClaimNames, furtherClaims } from '../../src/token/further-claims.ts'
import { asObject } from '../../src/token/json.ts'
import { refused } from '../signature/refused.ts'
import { everyKind, type Minted } from './mint.ts'

const said = { groups: ['staff'], org: { id: 7, units: [{ name: 'a' }] }, email: 'ada@example.com' }

/** What is kept of claims that are sent as this JSON. */
function read(claims: unknown, names: readonly string[] = ['groups']): unknown {
  return furtherClaims(asObject(JSON.parse(JSON.stringify(claims))) ?? {}, names)
}

function everyObject(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(everyObject)]
}

describe.each(everyKind)('further claims of $kind', ({ mint, requirement }: Minted) => {
  it('are in Auth if the resource names them, and no others', async () => {
    const world = await makeWorld({ claims: ['groups', 'org', 'roles'] })
    const auth = await world.call(await mint(world.agent, { claims: said }), { requirement })
    expect(auth.claims).toEqual({ groups: ['staff'], org: { id: 7, units: [{ name: 'a' }] } })
  })

  it('are an empty object when the token has none of them', async () => {
    const world = await makeWorld({ claims: ['groups'] })
    const auth = await world.call(await mint(world.agent), { requirement })
    expect(auth.claims).toEqual({})
  })

  it('are not in Auth when the resource names none', async () => {
    const world = await makeWorld()
    const auth = await world.call(await mint(world.agent, { claims: said }), { requirement })
    expect('claims' in auth).toBe(false)
  })

  it('are the same for a known token', async () => {
    const world = await makeWorld({ claims: ['groups'] })
    const token = await mint(world.agent, { claims: said })
    const first = await world.call(token, { requirement })
    expect((await world.call(token, { requirement })).claims).toBe(first.claims)
  })

  it('that exceed their bounds make the token refused [F13]', async () => {
    const world = await makeWorld({ claims: ['groups'] })
    const token = await mint(world.agent, { claims: { groups: Array(256).fill('a') } })
    const { code, hint } = await world.refusal(token, { requirement })
    expect([code, hint]).toEqual(['invalid_jwt', expect.stringContaining('claim "groups"')])
  })
})

it('further claims of a token that is refused for another reason are not disclosed', async () => {
  const world = await makeWorld({ claims: ['groups'] })
  const signed = await world.agent.sign(
    'https://notes.example/notes',
    {},
    {
      token: await world.agent.agentToken({ claims: said }),
      mistake: 'wrong-key',
    },
  )
  const seen = authorize(world.resource, toSignedRequest(signed), { accept: 'agent-token' })
  await expect(seen).rejects.toMatchObject({ code: 'invalid_signature' })
})

describe('further claims', () => {
  it('are deeply frozen', () => {
    const objects = everyObject(read({ groups: [{ a: { b: [[]] } }, []] }))
    expect(objects).toHaveLength(7)
    expect(objects.every(Object.isFrozen)).toBe(true)
  })

  it('have no members that were not sent [G24]', () => {
    const hostile = JSON.parse('{"groups":{"__proto__":{"admin":true},"constructor":1}}')
    const { groups } = read(hostile) as { groups: Record<string, unknown> }
    expect([groups.admin, Object.keys(groups), Object.getPrototypeOf(groups)]).toEqual([
      undefined,
      ['__proto__', 'constructor'],
      null,
    ])
    expect(everyObject(read({ groups: [{}] })).map(Object.getPrototypeOf)).not.toContain(Object.prototype)
  })

  it('are a copy that keeps nothing else of the token in memory', () => {
    const claims = asObject({ groups: ['staff'] }) ?? {}
    expect(furtherClaims(claims, ['groups'])?.groups).not.toBe(claims.groups)
  })

  it.each<[string, (over: number) => unknown]>([
    ['256 values', (over) => ({ groups: Array(255 + over).fill(1) })],
    [
      '256 values of all of them together',
      (over) => ({ groups: Array(200).fill(1), roles: Array(54 + over).fill({}) }),
    ],
    ['4096 characters', (over) => ({ groups: 'g'.repeat(4096 + over) })],
    [
      '4096 characters with the names inside',
      (over) => ({ groups: { ['n'.repeat(96)]: 'g'.repeat(4000 + over) } }),
    ],
    ['a depth of 8', (over) => ({ groups: JSON.parse(`${'['.repeat(8 + over)}${']'.repeat(8 + over)}`) })],
  ])('may have %s and no more [F13]', (_, claims) => {
    expect(read(claims(0), ['groups', 'roles'])).toBeDefined()
    expect(refused(() => read(claims(1), ['groups', 'roles'])).code).toBe('invalid_jwt')
  })
})

describe('the name of a further claim', () => {
  it.each([
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'cnf',
    'dwk',
    'ps',
    'agent',
    'parent_agent',
    'act',
    'scope',
    'account',
    'tenant',
    'mission',
    'mission_s256',
    'presented_jti',
    'person_token_jti',
    'agent_jkt',
    '__proto__',
  ])('must not be %s, which already has a meaning', (name) => {
    expect(() => checkClaimNames(['groups', name])).toThrow(
      `"claims" contains "${name}", which is not a further claim`,
    )
  })

  it.each([[''], ['x'.repeat(129)], [7], [null]])('must not be %j', (name) => {
    expect(() => checkClaimNames([name as string])).toThrow('"claims" contains')
  })

  it('may be one of 32', () => {
    const names = Array.from({ length: 33 }, (_, index) => `c${index}`)
    expect(checkClaimNames(names.slice(1))).toHaveLength(32)
    expect(() => checkClaimNames(names)).toThrow('"claims" has more than 32 names')
    expect(() => checkClaimNames('groups' as unknown as string[])).toThrow('"claims" must be a list')
  })

  it('is refused when the resource is made', () => {
    const make = (): unknown =>
      createResource({ issuer: 'https://notes.example', trust: 'any', claims: ['sub'] })
    expect(make).toThrow('"claims" contains "sub"')
  })
})
