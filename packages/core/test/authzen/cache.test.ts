import { type AnyRequirement, type Auth, authorize } from '@aauth-guard/core'
import { type AuthzenOptions, authzen } from '@aauth-guard/core/authzen'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { type Call, makeWorld, now } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { AllowedEvaluations } from '../../src/authzen/allowed-evaluations.ts'
import { type Answering, allows, denies, startPolicyDouble, status } from './policy-double.ts'

async function makeScene(settings: Partial<AuthzenOptions> = { cache: 5 }, answering: Answering = allows) {
  const double = await startPolicyDouble(answering)
  const world = await makeWorld({ replay: 'off' })
  const token = await world.agent.authToken({ mission: s256, claims: { jti: 'one' } })
  const check = authzen({ pdp: double.pdp, ...settings })
  const requirement = { check } as AnyRequirement
  const call = async (shown = token, how: Call = {}): Promise<string> => {
    try {
      await world.call(shown, { requirement, ...how })
      return '200'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  return { ...world, authorized: world.call, double, token, check, call }
}

const request = { method: 'GET', target: '/notes', path: '/notes', query: '', header: () => [] }

describe('with "cache"', () => {
  it('an answer "true" is used again for the same evaluation request', async () => {
    const { call, double } = await makeScene()
    expect([await call(), await call(), await call()]).toEqual(['200', '200', '200'])
    expect(double.asked).toHaveLength(1)
  })

  it('no answer is used when its seconds have passed, or when the clock was set back', async () => {
    const { call, double, net } = await makeScene({ cache: 2 })
    await call()
    net.clock.advance(1)
    await call()
    expect(double.asked).toHaveLength(1)
    net.clock.advance(1)
    await call()
    expect(double.asked).toHaveLength(2)
    net.clock.advance(-1)
    await call()
    expect(double.asked).toHaveLength(3)
  })

  it.each([
    ['a denial', denies, 'access_denied'],
    ['a failure', status(503), 'server_error'],
  ])('%s is not kept', async (_, answering, code) => {
    const { call, double } = await makeScene({ cache: 5 }, answering)
    expect(await call()).toBe(code)
    double.answers(allows)
    expect(await call()).toBe('200')
    expect(double.asked).toHaveLength(2)
  })

  it('a request that differs in anything that is asked is asked anew', async () => {
    const { agent, call, check, double } = await makeScene()
    await call()
    const calls: readonly (readonly [string | undefined, Call])[] = [
      [undefined, { url: 'https://notes.example/notes/7' }],
      [undefined, { method: 'PUT' }],
      [undefined, { requirement: { check: check.action('notes.read') } as AnyRequirement }],
      [await agent.authToken({ mission: s256, claims: { jti: 'two' } }), {}],
      [await agent.authToken({ mission: s256, claims: { jti: 'one' }, sub: 'somebody' }), {}],
    ]
    for (const [index, [token, how]] of calls.entries()) {
      expect(await call(token, how)).toBe('200')
      expect(double.asked).toHaveLength(index + 2)
    }
  })

  it('another token asks anew, even if "map" leaves out everything about the caller', async () => {
    const map = (): never =>
      ({
        subject: { type: 'user', id: 'all' },
        action: { name: 'read' },
        resource: { type: 'note', id: '1' },
      }) as never
    const { agent, call, double } = await makeScene({ cache: 5, map })
    await call()
    expect(await call(await agent.authToken({ claims: { jti: 'two' } }))).toBe('200')
    expect(double.asked).toHaveLength(2)
  })

  it('another key asks anew, even if its token has the same issuer and identifier', async () => {
    const map = (): never =>
      ({
        subject: { type: 'user', id: 'all' },
        action: { name: 'read' },
        resource: { type: 'note', id: '1' },
      }) as never
    const { call, check, double, net, resource } = await makeScene({ cache: 5, map })
    await call()
    const other = await net.agent({ name: 'other' })
    const token = await other.authToken({ mission: s256, claims: { jti: 'one' } })
    const message = await other.sign(`${net.resource}/notes`, {}, { token })
    await authorize(resource, toSignedRequest(message), { check })
    expect(double.asked).toHaveLength(2)
  })

  it('at most 10 000 answers are kept, the newest', () => {
    const allowed = new AllowedEvaluations(5)
    const auth = { exp: now + 60 } as Auth
    for (let n = 0; n <= 10_000; n++) allowed.add(`${n}`, now, auth)
    expect(['0', '1', '10000'].map((key) => allowed.has(key, now))).toEqual([false, true, true])
  })

  it('no answer outlives the token', async () => {
    const { agent, authorized, call, double, net } = await makeScene()
    const token = await agent.authToken({ claims: { exp: now + 3 } })
    const check = authzen({ pdp: double.pdp, cache: 5 })
    const auth = await authorized(token, { requirement: { check } as AnyRequirement })
    expect(await check(auth, request)).toBe(true)
    const before = double.asked.length
    net.clock.advance(3)
    expect(await call(token)).toBe('expired_jwt')
    // Called by hand, the check asks: the cached answer is over.
    await check(auth, request)
    expect(double.asked).toHaveLength(before + 1)
  })

  it.each([
    ['the token is revoked', 'revoked_jwt', (auth: Auth) => auth, 'revoke'],
    ['the mission is terminated', 'mission_terminated', () => mission, 'terminate'],
    ['the issuer is purged', 'revoked_jwt', (auth: Auth) => auth.iss, 'purge'],
  ] as const)('no answer is used once %s', async (_, code, subject, how) => {
    const { authorized, call, check, double, net, resource, token } = await makeScene()
    const auth = await authorized(token, { requirement: { check } as AnyRequirement })
    expect(await check(auth, request)).toBe(true)
    expect(double.asked).toHaveLength(1)
    const of = subject(auth) as never
    net.clock.advance(1)
    if (how === 'revoke') await resource.revoke(of)
    else if (how === 'terminate') await resource.missions.terminate(of)
    else await resource.purgeIssuer(of)
    expect(await call()).toBe(code)
    // A handler that calls the check by hand, such as for each message of a stream.
    await expect(check(auth, request)).rejects.toMatchObject({ code })
    expect(double.asked).toHaveLength(1)
  })

  it('nothing is kept by default', async () => {
    const { call, double } = await makeScene({})
    await call()
    await call()
    expect(double.asked).toHaveLength(2)
  })
})
