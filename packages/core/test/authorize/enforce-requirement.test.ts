import type { AnyRequirement, Auth, SignedRequest } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { s256 } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { Grant } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'

const old = { generation: 'mission-header' } as const
const provider = 'https://agent.example'

let world: World
beforeAll(async () => {
  world = await makeWorld({
    trust: listed,
    scopes: { read: 'Read', write: 'Write' },
    defaultScope: 'read',
    signingKey,
  })
})

async function outcome(grant: Grant, requirement: AnyRequirement, url?: string): Promise<string> {
  const token = await world.agent.authToken({ scope: 'read', ...grant })
  const call = { requirement, ...(url !== undefined && { url }) }
  try {
    return (await world.call(token, call)).type
  } catch (error) {
    return `${(error as { status: number }).status} ${(error as { code: string }).code}`
  }
}

describe('a required scope', () => {
  it.each([
    ['read', 'read', 'auth-token'],
    ['read write', ['read', 'write'], 'auth-token'],
    ['write read', 'read', 'auth-token'],
    ['read', ['read', 'write'], '401 auth_token_required'],
    ['reading', 'read', '401 auth_token_required'],
    ['READ', 'read', '401 auth_token_required'],
    [undefined, 'read', '401 auth_token_required'],
  ] as const)('granted %j, wanted %j: %s [AUTH-10, R11-067]', async (granted, scope, expected) => {
    expect(await outcome({ scope: granted as string }, { scope })).toBe(expected)
  })

  it('is not needed on a route that does not require one', async () => {
    expect(await outcome({ scope: 'else' }, {})).toBe('auth-token')
  })
})

describe('a required mission', () => {
  it.each([
    ['required', { mission: s256 }, 'auth-token', '[MISS-10]'],
    ['required', { mission: s256, ...old }, 'auth-token', '[MISS-10]'],
    ['required', {}, '403 mission_required', '[MISS-10]'],
    ['required', old, '403 mission_required', '[MISS-10]'],
    ['forbidden', {}, 'auth-token', ''],
    ['forbidden', { mission: s256 }, '403 access_denied', ''],
    ['forbidden', { mission: s256, ...old }, '403 access_denied', ''],
    [{ approver: 'https://ps.example' }, { mission: s256 }, 'auth-token', '[MISS-11]'],
    [{ approver: 'https://ps.example' }, { mission: s256, ...old }, 'auth-token', '[MISS-11]'],
    [{ approver: 'https://ps.example' }, {}, '403 mission_required', '[MISS-10]'],
    [{ approver: 'https://other.example' }, { mission: s256 }, '403 mission_mismatch', '[MISS-11, MISS-12]'],
    [
      { approver: 'https://other.example' },
      { mission: s256, ...old },
      '403 mission_mismatch',
      '[MISS-11, MISS-12]',
    ],
  ] as const)('%j, the token carrying %j: %s %s', async (mission, grant, expected, _ids) => {
    expect(await outcome(grant, { mission })).toBe(expected)
  })

  it('may be carried by a person token', async () => {
    const requirement = { accept: 'person-token', mission: 'required' } as const
    const auth = await world.call(await world.agent.personToken({ mission: s256 }), { requirement })
    expect(auth.mission).toEqual({ approver: 'https://ps.example', s256 })
    const refused = await world.refusal(await world.agent.personToken(), { requirement })
    expect([refused.status, refused.code]).toEqual([403, 'mission_required'])
  })

  it('that is only asserted is answered with a challenge and a resource token [MISS-4, MISS-10]', async () => {
    const token = await world.agent.authToken({ scope: 'read', ...old })
    const mission = { approver: 'https://ps.example', s256 }
    const refused = await world.refusal(token, { mission, requirement: { mission: 'required' } })
    expect([refused.status, refused.code]).toEqual([401, 'auth_token_required'])
    expect(refused.headers['aauth-requirement']).toMatch(/^requirement=auth-token;resource-token="/)
  })

  it('that is only asserted beside a token of draft 11 is refused without a challenge [MISS-8, MISS-10]', async () => {
    const mission = { approver: 'https://ps.example', s256 }
    for (const token of [await world.agent.authToken({ scope: 'read' }), await world.agent.personToken()]) {
      const requirement = { accept: ['person-token', 'auth-token'], mission: 'required' } as const
      const refused = await world.refusal(token, { mission, requirement })
      expect([refused.status, refused.code]).toEqual([403, 'mission_required'])
    }
  })

  it('may be asserted where it is forbidden, because an assertion does not count', async () => {
    const token = await world.agent.authToken({ scope: 'read', ...old })
    const mission = { approver: 'https://ps.example', s256 }
    expect(
      (await world.call(token, { mission, requirement: { mission: 'forbidden' } })).mission,
    ).toBeUndefined()
  })
})

describe('a required class', () => {
  it.each([
    ['of its own provider', { mission: s256, ...old }, provider, 'auth-token', '[CLASS-1]'],
    [
      'of another provider',
      { mission: s256, ...old },
      'https://other.example',
      '403 class_mismatch',
      '[CLASS-3]',
    ],
    ['unverifiable', { mission: s256 }, provider, '403 class_unverifiable', '[CLASS-2]'],
    ['without a mission', old, provider, '403 mission_required', '[CLASS-1]'],
  ] as const)('%s: %j wanted of %s: %s %s', async (_, grant, wanted, expected, _ids) => {
    expect(await outcome(grant, { class: { provider: wanted } })).toBe(expected)
  })
})

describe('a required account', () => {
  it.each([
    ['ws-7', 'ws-7', 'auth-token'],
    ['ws-7', 'ws-8', '403 access_denied'],
    ['ws-7', 'WS-7', '403 access_denied'],
    [undefined, 'ws-7', '403 access_denied'],
  ] as const)(
    '%j of the token on the route of %j: %s [AUTH-11, R11-068]',
    async (account, wanted, expected) => {
      expect(await outcome({ ...(account && { account }) }, { account: wanted })).toBe(expected)
    },
  )

  it('may be derived from the request [AUTH-11, R11-068]', async () => {
    const account = ({ target }: SignedRequest): string => target.split('/')[2] ?? ''
    const requirement = { account }
    expect([
      await outcome({ account: 'ws-7' }, requirement, 'https://notes.example/of/ws-7'),
      await outcome({ account: 'ws-7' }, requirement, 'https://notes.example/of/ws-8'),
    ]).toEqual(['auth-token', '403 access_denied'])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no account in the path')
      },
    ],
    ['returns nothing', () => undefined],
    ['returns null, as the token says', () => null],
    ['returns a promise', () => Promise.resolve('ws-7')],
    ['returns a promise that rejects', () => Promise.reject(new Error('no account'))],
  ])('is refused when the function %s', async (_, account) => {
    const requirement = { account: account as () => string }
    expect(await outcome({}, requirement)).toBe('403 access_denied')
    expect(await outcome({ account: 'ws-7' }, requirement)).toBe('403 access_denied')
  })
})

describe('the trust of a route', () => {
  it.each([
    [{ personServers: ['https://ps.example'] }, 'auth-token'],
    [{ personServers: ['https://other.example'] }, '401 invalid_jwt'],
    [{ personServers: () => false }, '401 invalid_jwt'],
    [{ agentProviders: 'any' }, '401 invalid_jwt'],
    ['any', 'auth-token'],
  ] as const)('of %j narrows that of the resource: %s [JWT-7, R11-059]', async (trust, expected) => {
    expect(await outcome({}, { trust })).toBe(expected)
  })

  it('applies to a token that was verified before [JWT-7, R11-059]', async () => {
    const token = await world.agent.authToken({ scope: 'read' })
    await world.call(token)
    const refused = await world.refusal(token, { requirement: { trust: { agentProviders: 'any' } } })
    expect([refused.code, refused.headers['aauth-requirement']]).toEqual([
      'invalid_jwt',
      'requirement=person-token',
    ])
  })

  it('cannot widen that of the resource', async () => {
    const narrow = await makeWorld({ trust: { agentProviders: 'any' } })
    const token = await narrow.agent.authToken({ scope: 'access' })
    expect((await narrow.refusal(token, { requirement: { trust: 'any' } })).code).toBe('invalid_jwt')
  })
})

describe('an accepted identity', () => {
  it('is deeply frozen [Q05]', async () => {
    const auth: Auth = await world.call(await world.agent.authToken({ scope: 'read', mission: s256, ...old }))
    for (const value of [auth, auth.scopes, auth.covered, auth.mission, auth.class]) {
      expect(Object.isFrozen(value)).toBe(true)
    }
  })
})
