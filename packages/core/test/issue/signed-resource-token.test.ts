import type { AAuthError } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'

const scopes = { read: 'Read', write: 'Write' }
const options = { signingKey, scopes, defaultScope: 'read' }

function tokenOf({ headers }: AAuthError): string {
  return /;resource-token="([^"]+)"$/.exec(headers['aauth-requirement'] ?? '')?.[1] ?? ''
}

const claims = (refusal: AAuthError): Record<string, unknown> => decodeJwt(tokenOf(refusal))

describe('every resource token', () => {
  async function published({ resource }: World): Promise<JSONWebKeySet> {
    const answer = await answerWellKnown(resource, 'GET', '/aauth/jwks.json')
    return JSON.parse(answer?.body ?? '')
  }

  it('verifies under a key that the resource publishes [RT-1, RT-2, META-2, R11-169]', async () => {
    const world = await makeWorld(options)
    const token = tokenOf(await world.refusal(await world.agent.personToken()))
    const keys = createLocalJWKSet(await published(world))
    const { protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ['Ed25519'],
      currentDate: new Date(now * 1000),
      typ: 'aa-resource+jwt',
      issuer: 'https://notes.example',
    })
    expect(protectedHeader).toEqual({ typ: 'aa-resource+jwt', alg: 'Ed25519', kid: 'rs-1' })
  })

  it('lives 300 s and no longer than the token it answers [RT-10, RT-15, R11-164, M07]', async () => {
    const { agent, refusal } = await makeWorld(options)
    const long = claims(await refusal(await agent.personToken({ lifetime: 3600 })))
    const short = claims(await refusal(await agent.personToken({ lifetime: 100 })))
    expect([long.exp, short.exp]).toEqual([now + 300, now + 100])
  })

  it('has its own jti of 122 random bits [R11-169, M07]', async () => {
    const { agent, refusal } = await makeWorld(options)
    const token = await agent.personToken()
    const jtis = new Set<unknown>()
    for (let round = 0; round < 50; round++) jtis.add(claims(await refusal(token)).jti)
    expect(jtis.size).toBe(50)
    for (const jti of jtis)
      expect(jti).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('requests only scopes that the resource describes [R11-165, R11-275]', async () => {
    const { agent, refusal } = await makeWorld(options)
    const token = await agent.authToken({ scope: 'profile read admin' })
    expect(claims(await refusal(token, { requirement: { scope: 'write' } })).scope).toBe('read write')
  })

  it.each([
    [{ scope: ['write', 'read'] }, 'write read'],
    [{}, 'read'],
  ])('requests the scopes of the route: %j', async (requirement, scope) => {
    const { agent, refusal } = await makeWorld(options)
    expect(claims(await refusal(await agent.personToken(), { requirement })).scope).toBe(scope)
  })

  it('requests the default scope when the resource describes no scope', async () => {
    const { agent, refusal } = await makeWorld({ signingKey })
    expect(claims(await refusal(await agent.personToken())).scope).toBe('access')
  })

  it('is not issued for a revoked token [RT-9, R11-161, R11-254, R11-257, PERS-12, K17, K18]', async () => {
    const { agent, resource, refusal } = await makeWorld(options)
    const token = await agent.personToken({ claims: { jti: 'pt-1' } })
    resource.revoke({ iss: 'https://ps.example', jti: 'pt-1', exp: now + 3600 })
    const refused = await refusal(token)
    expect(refused.headers).toEqual({
      'cache-control': 'no-store',
      'signature-error': 'error=revoked_jwt',
      'aauth-requirement': 'requirement=person-token',
      link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
    })
  })
})
