import { claimsOf, makeRevocationWorld } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { revocationsWith } from '../../stores/revocations-with.ts'

const done = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }

describe('a valid revocation', () => {
  it('is answered with an empty 200 without Content-Type for an unknown token [REV-6, R11-246, R11-247, K13]', async () => {
    const world = await makeRevocationWorld()
    expect(await world.post({ jti: 'never-seen', exp: now + 100 })).toEqual(done)
  })

  it('is answered the same for a token that was used before [REV-6, R11-246, K13]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    expect(await world.verdict(token)).toBe('accepted')
    expect(await world.post(claimsOf(token))).toEqual(done)
  })

  it('is answered the same the second time [REV-12, R11-253, K12]', async () => {
    const world = await makeRevocationWorld()
    const revocation = { jti: 'x', exp: now + 100 }
    expect([await world.post(revocation), await world.post(revocation)]).toEqual([done, done])
  })

  it.each([
    ['just', now - 1],
    ['long', now - 90_000],
    ['in 1970', 0],
  ])('is answered the same for a token that has expired %s [K08]', async (_, exp) => {
    const world = await makeRevocationWorld()
    expect(await world.post({ jti: 'x', exp })).toEqual(done)
  })

  it('is never answered with 202, whatever the caller prefers [REV-7, R11-248]', async () => {
    const world = await makeRevocationWorld()
    const headers = { 'content-type': 'application/json', prefer: 'respond-async, wait=60' }
    expect(await world.post({ jti: 'x', exp: now + 100 }, { request: { headers } })).toEqual(done)
  })

  it('makes later requests with a used token fail [REV-9, R11-246, R11-255, K21]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    const before = await world.verdict(token)
    await world.post(claimsOf(token))
    expect([before, await world.verdict(token)]).toEqual(['accepted', 'revoked_jwt'])
  })

  it('makes the first request with a token fail [REV-6, K16]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    await world.post(claimsOf(token))
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it('is reported as expired once the token has expired [R11-258]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken({ lifetime: 100 })
    await world.post(claimsOf(token))
    world.net.clock.advance(101)
    expect(await world.verdict(token)).toBe('expired_jwt')
  })

  it('does not affect other tokens of the issuer', async () => {
    const world = await makeRevocationWorld()
    const [first, second] = [await world.agent.personToken(), await world.agent.personToken()]
    await world.post(claimsOf(first))
    expect(await world.verdict(second)).toBe('accepted')
  })

  it('counts for the signer, whatever iss in the content is [REV-4, R11-244, R11-245, K04]', async () => {
    const world = await makeRevocationWorld()
    const other = await world.net.issuer('person-server', 'https://other-ps.example')
    const token = await world.agent.personToken()
    expect(await world.post(claimsOf(token), { by: other })).toEqual(done)
    expect(await world.verdict(token)).toBe('accepted')
  })

  it('may come from the access server of the resource [REV-3, R11-261]', async () => {
    const world = await makeRevocationWorld({ accessServer: 'https://as.example' })
    const token = await world.agent.authToken({ scope: 'access' }, world.net.accessServer)
    expect(await world.verdict(token)).toBe('accepted')
    expect(await world.post(claimsOf(token), { by: world.net.accessServer })).toEqual(done)
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it('is recorded before it is answered [REV-6, R11-246]', async () => {
    const steps: string[] = []
    const world = await makeRevocationWorld({
      stores: {
        revocations: revocationsWith({
          async add({ iss, jti, exp }) {
            await Promise.resolve()
            steps.push(`${iss} ${jti} ${exp - now}`)
            return 'recorded' as const
          },
        }),
      },
    })
    await world.post({ jti: 'x', exp: now + 100 }).then(() => steps.push('answered'))
    expect(steps).toEqual(['https://ps.example x 100', 'answered'])
  })
})
