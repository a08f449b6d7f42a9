import { claimsOf, makeRevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { describe, expect, it } from 'vitest'
import { revocationsWith } from '../../stores/revocations-with.ts'

const accessServer = 'https://as.example'
const personServer = 'https://ps.example'

describe('a revocation of drafts 01 to 10, without exp', () => {
  it('may contain only jti: the issuer is the signer [REV-3]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    expect(told(await world.post({ jti: claimsOf(token).jti }))).toEqual([200, undefined, undefined])
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it('may name the signer as iss [REV-3, REV-4]', async () => {
    const world = await makeRevocationWorld()
    const token = await world.agent.personToken()
    const { jti } = claimsOf(token)
    expect((await world.post({ iss: personServer, jti })).status).toBe(200)
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it.each([
    ['another issuer', 'https://as.example'],
    ['a number', 7],
    ['an object', { a: 1 }],
    ['null', null],
    ['a name that objects inherit', '__proto__'],
  ])('must not name %s as iss [REV-4, K04]', async (_, iss) => {
    const world = await makeRevocationWorld({ accessServer })
    expect(told(await world.post({ iss, jti: 'x' }))).toEqual([403, 'unsupported_iss', undefined])
  })

  it('may come from a server that is configured to revoke for the issuer [REV-4]', async () => {
    const world = await makeRevocationWorld({
      accessServer,
      revocationDelegates: { [accessServer]: [personServer] },
    })
    const token = await world.agent.authToken({ scope: 'access' }, world.net.accessServer)
    expect(await world.verdict(token)).toBe('accepted')
    expect((await world.post({ iss: accessServer, jti: claimsOf(token).jti })).status).toBe(200)
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it('is also recorded for the configured signer, whose token it may have been [REV-4]', async () => {
    const world = await makeRevocationWorld({
      accessServer,
      revocationDelegates: { [accessServer]: [personServer] },
    })
    const token = await world.agent.personToken()
    await world.post({ iss: accessServer, jti: claimsOf(token).jti })
    expect(await world.verdict(token)).toBe('revoked_jwt')
  })

  it('is refused in the opposite direction of a configured pair [REV-4]', async () => {
    const world = await makeRevocationWorld({
      accessServer,
      revocationDelegates: { [accessServer]: [personServer] },
    })
    const answer = await world.post({ iss: personServer, jti: 'x' }, { by: world.net.accessServer })
    expect(told(answer)).toEqual([403, 'unsupported_iss', undefined])
  })

  it('is refused from a server that is not configured for the issuer [REV-4]', async () => {
    const world = await makeRevocationWorld({
      accessServer,
      revocationDelegates: { [accessServer]: [personServer] },
    })
    const other = await world.net.issuer('person-server', 'https://other-ps.example')
    const answer = await world.post({ iss: accessServer, jti: 'x' }, { by: other })
    expect(told(answer)).toEqual([403, 'unsupported_iss', undefined])
  })

  it('is malformed when only draft 11 is served [REV-3, R11-243]', async () => {
    const world = await makeRevocationWorld({ generations: ['person-token'] })
    expect(told(await world.post({ jti: 'x' }))).toEqual([400, 'invalid_request', undefined])
  })

  it.each([
    ['an hour, which no token of a person or access server outlives', [], 3600],
    ['25 hours if the issuer may issue agent tokens', [personServer], 90_000],
  ])('is kept for %s [REV-10]', async (_, agentProviders, kept) => {
    let exp = 0
    const world = await makeRevocationWorld({
      trust: { personServers: [personServer], agentProviders },
      stores: {
        revocations: revocationsWith({
          add(revocation) {
            exp = revocation.exp
            return 'recorded'
          },
        }),
      },
    })
    await world.post({ jti: 'x' })
    expect(exp - world.net.clock.now()).toBe(kept)
  })
})
