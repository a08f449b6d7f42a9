import { anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type Algorithm, makeKey, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it, vi } from 'vitest'
import { authorize } from '../../src/authorize/authorize.ts'
import { isAAuthError } from '../../src/errors/aauth-error.ts'
import { type AgentKey, AgentKeys } from '../../src/keys/agent-keys.ts'
import { stateOf } from '../../src/resource/state-of.ts'
import type { CheckedKey } from '../../src/token/public-key.ts'
import { outcomeOf } from './outcome-of.ts'

interface CountedWorld extends World {
  /** The `x` of every key that the platform imported since the keys of the issuers are known. */
  readonly imported: string[]
  outcome(agent: Agent, token: string, signer?: Agent): Promise<string>
}

async function makeCountedWorld(): Promise<CountedWorld> {
  const world = await makeWorld()
  for (const token of [await world.agent.personToken(), await world.agent.agentToken()])
    expect(await outcomeOf(world, token)).toBe('accepted')
  const imported: string[] = []
  const { platform } = stateOf(world.resource)
  const { importKey } = platform
  vi.spyOn(platform, 'importKey').mockImplementation((jwk) => {
    imported.push(jwk.x)
    return importKey(jwk)
  })
  const outcome = async (agent: Agent, token: string, signer = agent): Promise<string> => {
    const message = await signer.sign('https://notes.example/notes', {}, { token })
    return authorize(world.resource, toSignedRequest(message), anyKind).then(
      ({ thumbprint }) => thumbprint,
      (error: unknown) => (isAAuthError(error) ? error.code : String(error)),
    )
  }
  return { ...world, imported, outcome }
}

describe.each<Algorithm>(['Ed25519', 'ES256'])('the key of an agent with %s', (alg) => {
  it('is imported once for all of its tokens, which share it', async () => {
    const { net, resource, imported, outcome } = await makeCountedWorld()
    const agent = await net.agent({ name: 'renewing', alg })
    const tokens = [await agent.personToken(), await agent.personToken(), await agent.agentToken()]
    const outcomes: string[] = []
    for (const token of tokens) outcomes.push(await outcome(agent, token))
    expect(outcomes).toEqual(Array(3).fill(agent.key.thumbprint))
    expect(imported).toEqual([agent.key.jwk.x])
    const keys = tokens.map((token) => stateOf(resource).tokens.get(token, now)?.key)
    expect([keys[0] !== undefined, new Set(keys).size]).toEqual([true, 1])
  })

  it('is kept only once the signature of an issuer is verified', async () => {
    const { net, imported, outcome } = await makeCountedWorld()
    const agent = await net.agent({ name: 'renewing', alg })
    const forged = await agent.personToken({ key: await makeKey('a forger', 'key-1', 'Ed25519') })
    expect([await outcome(agent, forged), await outcome(agent, forged)]).toEqual([
      'invalid_jwt',
      'invalid_jwt',
    ])
    expect(await outcome(agent, await agent.personToken())).toBe(agent.key.thumbprint)
    expect(imported).toEqual(Array(3).fill(agent.key.jwk.x))
  })

  it('that is kept verifies nothing that another key has signed [SIG-24, R11-102]', async () => {
    const { net, outcome } = await makeCountedWorld()
    const agent = await net.agent({ name: 'renewing', alg })
    const other = await net.agent({ name: 'other', alg })
    for (const one of [agent, other])
      expect(await outcome(one, await one.personToken())).toBe(one.key.thumbprint)
    expect(await outcome(agent, await agent.personToken(), other)).toBe('invalid_signature')
    expect(await outcome(other, await other.personToken(), agent)).toBe('invalid_signature')
  })
})

describe('keys are told apart', () => {
  const key = (name: string): AgentKey => ({ key: { handle: name, alg: 'ES256' }, thumbprint: name })
  const okp = (x: string): CheckedKey => ({
    alg: 'Ed25519',
    legacy: false,
    jwk: { kty: 'OKP', crv: 'Ed25519', x },
  })
  const ec = (x: string, y: string): CheckedKey => ({
    alg: 'ES256',
    legacy: false,
    jwk: { kty: 'EC', crv: 'P-256', x, y },
  })

  it('by type and all coordinates', () => {
    const keys = new AgentKeys(10)
    const checked = [okp('a'), okp('b'), ec('a', 'b'), ec('a', 'c'), ec('b', 'a')]
    for (const [at, one] of checked.entries()) keys.keep(one, key(String(at)))
    expect(checked.map((one) => keys.get(one)?.thumbprint)).toEqual(['0', '1', '2', '3', '4'])
    expect(keys.get(ec('c', 'a'))).toBeUndefined()
  })

  it('and at most as many are kept as tokens', () => {
    const keys = new AgentKeys(2)
    for (const x of ['a', 'b', 'c']) keys.keep(okp(x), key(x))
    expect(['a', 'b', 'c'].map((x) => keys.get(okp(x))?.thumbprint)).toEqual([undefined, 'b', 'c'])
  })
})
