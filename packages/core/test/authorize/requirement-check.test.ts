import { AAuthError, type Auth, answer, type SignedRequest } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { beforeAll, describe, expect, it } from 'vitest'

let world: World
let token: string
beforeAll(async () => {
  world = await makeWorld()
  token = await world.agent.authToken({ scope: 'access' })
})

const refusal = (check: () => unknown): Promise<AAuthError> =>
  world.refusal(token, { requirement: { check: check as () => boolean } })

describe('check', () => {
  it.each([true, Promise.resolve(true)])(
    'accepts a request for true alone: %s [R11-066, AUTH-12]',
    async (verdict) => {
      const check = (): boolean | Promise<boolean> => verdict
      expect((await world.call(token, { requirement: { check } })).type).toBe('auth-token')
    },
  )

  it.each([
    [false],
    [undefined],
    [null],
    [1],
    ['true'],
    [{}],
    [new Boolean(true)],
    [Promise.resolve(false)],
    [Promise.resolve(1)],
  ])('refuses a request for %s [R11-066, AUTH-12]', async (verdict) => {
    const { status, code } = await refusal(() => verdict)
    expect([status, code]).toEqual([403, 'access_denied'])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    [
      'throws nothing',
      () => {
        throw undefined
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'throws what only looks like a refusal',
      () => {
        throw { name: 'AAuthError', code: 'access_denied' }
      },
    ],
  ])('fails with server_error and without details when it %s [Q09, P01]', async (_, check) => {
    const { status, headers, body } = await answer(await refusal(check))
    expect([status, headers['retry-after']]).toEqual([503, '5'])
    expect(body).not.toContain('secret')
  })

  it('reports what it threw to the operator [Q09]', async () => {
    const thrown = new Error('database is down')
    const error = await refusal(() => {
      throw thrown
    })
    expect([error.code, error.cause]).toEqual(['server_error', thrown])
  })

  it.each(['mission_mismatch', 'rate_limited', 'auth_token_required'] as const)(
    'refuses with the AAuthError that it throws: %s',
    async (code) => {
      const thrown = new AAuthError(code, { hint: 'mine' })
      expect(
        await refusal(() => {
          throw thrown
        }),
      ).toBe(thrown)
      expect(await refusal(() => Promise.reject(thrown))).toBe(thrown)
    },
  )

  it('gets the identity and the request after all else was checked', async () => {
    const seen: [Auth, SignedRequest][] = []
    const check = (auth: Auth, request: SignedRequest): boolean => {
      seen.push([auth, request])
      return true
    }
    const auth = await world.call(token, { requirement: { check } })
    await world.refusal(token, { requirement: { check, account: 'other' } })
    expect(seen.map(([identity, { target }]) => [identity, target])).toEqual([[auth, '/notes']])
  })

  it('runs again for every request', async () => {
    let open = true
    const requirement = { check: () => open }
    expect((await world.call(token, { requirement })).type).toBe('auth-token')
    open = false
    expect((await world.refusal(token, { requirement })).code).toBe('access_denied')
  })
})
