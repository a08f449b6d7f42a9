import { s256 } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import {
  type Agent,
  createTestNetwork,
  makeKey,
  type TestIssuer,
  type TestNetwork,
} from '@aauth-guard/testing'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'

let net: TestNetwork
let agent: Agent
beforeEach(async () => {
  net = await createTestNetwork({ now, seed: 'tokens' })
  agent = await net.agent()
})

/** The claims that jose finds in a token, verified under the keys that its issuer publishes. */
async function verified(token: string, issuer: TestIssuer): Promise<Record<string, unknown>> {
  const response = await net.fetch(`${issuer.id}/jwks.json`)
  const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet)
  const { payload } = await jwtVerify(token, keys, { currentDate: new Date(net.clock.now() * 1000) })
  return payload
}

describe('tokens', () => {
  it('of an agent provider name the agent, its person server and its key', async () => {
    const token = await agent.agentToken()
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'aa-agent+jwt', alg: 'Ed25519', kid: 'key-1' })
    expect(await verified(token, net.agentProvider)).toEqual({
      iss: 'https://agent.example',
      dwk: 'aauth-agent.json',
      jti: 'id-1',
      iat: now,
      exp: now + 86_400,
      cnf: { jwk: agent.key.jwk },
      sub: 'aauth:planner@agent.example',
      ps: 'https://ps.example',
    })
  })

  it('of an agent provider name no person server when the agent has none', async () => {
    const alone = await net.agent({ personServer: null })
    expect(await verified(await alone.agentToken(), net.agentProvider)).not.toHaveProperty('ps')
  })

  it('for a person name the person to one resource', async () => {
    const token = await agent.personToken({ sub: 'ada', tenant: 'acme', mission: s256 })
    expect(decodeProtectedHeader(token).typ).toBe('aa-person+jwt')
    expect(await verified(token, net.personServer)).toEqual({
      iss: 'https://ps.example',
      dwk: 'aauth-person.json',
      jti: 'id-1',
      iat: now,
      exp: now + 3600,
      cnf: { jwk: agent.key.jwk },
      aud: 'https://notes.example',
      sub: 'ada',
      tenant: 'acme',
      mission_s256: s256,
    })
  })

  it('that grant access have ps and mission_s256 in draft 11, and no agent', async () => {
    const token = await agent.authToken({ scope: 'notes.read', account: 'a1', mission: s256 })
    expect(decodeProtectedHeader(token).typ).toBe('aa-auth+jwt')
    expect(await verified(token, net.personServer)).toEqual({
      iss: 'https://ps.example',
      dwk: 'aauth-person.json',
      jti: 'id-1',
      iat: now,
      exp: now + 3600,
      cnf: { jwk: agent.key.jwk },
      aud: 'https://notes.example',
      sub: 'person-1',
      scope: 'notes.read',
      account: 'a1',
      ps: 'https://ps.example',
      mission_s256: s256,
    })
  })

  it('that grant access have agent and mission in drafts 01 to 10, and no ps', async () => {
    const grant = { generation: 'mission-header', scope: 'notes.read', mission: s256 } as const
    expect(await verified(await agent.authToken(grant), net.personServer)).toEqual({
      iss: 'https://ps.example',
      dwk: 'aauth-person.json',
      jti: 'id-1',
      iat: now,
      exp: now + 3600,
      cnf: { jwk: agent.key.jwk },
      aud: 'https://notes.example',
      sub: 'person-1',
      scope: 'notes.read',
      agent: 'aauth:planner@agent.example',
      mission: { approver: 'https://ps.example', s256 },
    })
  })

  it('of an access server name the person server of the agent', async () => {
    const claims = await verified(await agent.authToken({}, net.accessServer), net.accessServer)
    expect(claims).toMatchObject({
      iss: 'https://as.example',
      dwk: 'aauth-access.json',
      ps: 'https://ps.example',
    })
  })

  it('verify with ES256 as well', async () => {
    const issuer = await net.issuer('person-server', 'https://ps2.example', 'ES256')
    const token = await (await net.agent({ personServer: issuer, alg: 'ES256' })).personToken()
    expect(decodeProtectedHeader(token).alg).toBe('ES256')
    expect(await verified(token, issuer)).toMatchObject({
      iss: 'https://ps2.example',
      cnf: { jwk: { alg: 'ES256' } },
    })
  })

  it('do not verify under the keys of another issuer', async () => {
    await expect(verified(await agent.agentToken(), net.personServer)).rejects.toThrow(
      'signature verification failed',
    )
  })

  it('never have the same jti twice', async () => {
    const tokens = [await agent.agentToken(), await agent.personToken(), await agent.authToken()]
    expect(tokens.map((token) => decodeJwt(token).jti)).toEqual(['id-1', 'id-2', 'id-3'])
  })
})

describe('changes to a token', () => {
  it('set claims, or leave them out with undefined', async () => {
    const claims = await verified(
      await agent.authToken({ claims: { ps: undefined, extra: 1 } }),
      net.personServer,
    )
    expect(claims).toMatchObject({ extra: 1 })
    expect(claims).not.toHaveProperty('ps')
  })

  it('set members of the header', async () => {
    const token = await agent.authToken({ header: { typ: 'JWT', kid: undefined, crit: ['b64'] } })
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'JWT', alg: 'Ed25519', crit: ['b64'] })
  })

  it('set the lifetime, even one that has passed', async () => {
    const token = await agent.authToken({ lifetime: -1 })
    await expect(verified(token, net.personServer)).rejects.toThrow('"exp" claim timestamp check failed')
  })

  it('sign with another key under its own kid', async () => {
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    await expect(verified(await agent.authToken({ key }), net.personServer)).rejects.toThrow(
      'signature verification failed',
    )
  })
})

describe('keys of an issuer', () => {
  it('are both published after a rotation, and the new one signs', async () => {
    const before = await agent.personToken()
    await net.personServer.rotate()
    const after = await agent.personToken()
    expect(decodeProtectedHeader(after).kid).toBe('key-2')
    await expect(verified(before, net.personServer)).resolves.toBeDefined()
    await expect(verified(after, net.personServer)).resolves.toBeDefined()
  })

  it('are withdrawn by a rotation that asks for it', async () => {
    const before = await agent.personToken()
    await net.personServer.rotate({ withdraw: true })
    await expect(verified(before, net.personServer)).rejects.toThrow('no applicable key found')
    await expect(verified(await agent.personToken(), net.personServer)).resolves.toBeDefined()
  })

  it('change under the same kid after rekey', async () => {
    const before = await agent.personToken()
    await net.personServer.rekey()
    const after = await agent.personToken()
    expect(decodeProtectedHeader(after).kid).toBe('key-1')
    await expect(verified(before, net.personServer)).rejects.toThrow('signature verification failed')
    await expect(verified(after, net.personServer)).resolves.toBeDefined()
  })
})
