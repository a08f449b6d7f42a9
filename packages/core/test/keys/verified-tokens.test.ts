import { personRoute } from '@aauth-guard/fixtures/requirements'
import { corruptions, corruptToken, makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { type AnsweredWorld, flight, makeAnsweredWorld, personKeys, settled } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

/** A world, and a token that it has verified. */
async function makeMetWorld(): Promise<{ world: AnsweredWorld; token: string }> {
  const world = await makeAnsweredWorld()
  const token = await world.agent.personToken()
  await outcomeOf(world, token)
  return { world, token }
}

describe('a verified token is accepted for further requests', () => {
  it('without a fetch, for the same person', async () => {
    const { world, token } = await makeMetWorld()
    const { sub, ps, jti } = await world.call(token, { requirement: personRoute })
    expect([sub, ps, jti, world.asked]).toEqual(['person-1', 'https://ps.example', 'id-1', flight])
  })

  it('while the issuer is down, as long as its keys are valid', async () => {
    const { world } = await makeMetWorld()
    const day = await world.agent.agentToken()
    await outcomeOf(world, day)
    world.net.agentProvider.misbehave('unreachable')
    world.net.clock.advance(86_399)
    expect(await outcomeOf(world, day)).toBe('accepted')
  })

  it('but no other token is, however similar [F15]', async () => {
    const { world, token } = await makeMetWorld()
    const outcomes = new Set<string>()
    for (const how of ['padded-signature', 'trailing-bits', 'changed-claim', 'empty-signature'] as const) {
      expect(Object.keys(corruptions)).toContain(how)
      outcomes.add(await outcomeOf(world, corruptToken(token, how)))
    }
    expect([...outcomes]).toEqual(['invalid_jwt'])
  })

  it('but the signature of each request is verified [SIG-24, R11-102, O03]', async () => {
    const { world, token } = await makeMetWorld()
    const { code } = await world.refusal(token, { requirement: personRoute, mistake: 'wrong-key' })
    expect(code).toBe('invalid_signature')
  })
})

describe('a verified token becomes invalid', () => {
  it('when its lifetime is over, to the second [JWT-13, G02]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken({ lifetime: 30 })
    await outcomeOf(world, token)
    world.net.clock.advance(29)
    expect(await outcomeOf(world, token)).toBe('accepted')
    world.net.clock.advance(1)
    expect([await outcomeOf(world, token), world.asked]).toEqual(['expired_jwt', flight])
  })

  it('when its lifetime is over, even if the keys are due for renewal', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken({ lifetime: 500 })
    await outcomeOf(world, token)
    world.net.clock.advance(500)
    expect(await outcomeOf(world, token)).toBe('expired_jwt')
  })

  it('when it is revoked, on the very next request [JWT-19]', async () => {
    const { world, token } = await makeMetWorld()
    world.resource.revoke({ iss: 'https://ps.example', jti: 'id-1', exp: 1_790_003_600 })
    const { code, headers } = await world.refusal(token, { requirement: personRoute })
    expect(code).toBe('revoked_jwt')
    expect(headers['aauth-requirement']).toBe('requirement=person-token')
  })

  it('when it is revoked, even if the keys are due for renewal [JWT-19]', async () => {
    const { world, token } = await makeMetWorld()
    world.net.clock.advance(480)
    world.resource.revoke({ iss: 'https://ps.example', jti: 'id-1', exp: 1_790_003_600 })
    expect(await outcomeOf(world, token)).toBe('revoked_jwt')
  })

  it('when its key leaves the set of its issuer [I26]', async () => {
    const { world, token } = await makeMetWorld()
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(480)
    await outcomeOf(world, token)
    await settled()
    expect(await outcomeOf(world, token)).toBe('unknown_key')
  })

  it('when another key replaces its key under the same kid', async () => {
    const { world, token } = await makeMetWorld()
    await world.net.personServer.rekey()
    world.net.clock.advance(480)
    await outcomeOf(world, token)
    await settled()
    expect(await outcomeOf(world, token)).toBe('invalid_jwt')
  })

  it('when its kid becomes ambiguous [I15]', async () => {
    const { world, token } = await makeMetWorld()
    world.net.personServer.misbehave('duplicate-kid')
    world.net.clock.advance(600)
    expect(await outcomeOf(world, token)).toBe('unknown_key')
  })

  it('when the issuer publishes its key for another use', async () => {
    const { world, token } = await makeMetWorld()
    world.net.personServer.misbehave('encryption-key')
    world.net.clock.advance(600)
    expect(await outcomeOf(world, token)).toBe('invalid_jwt')
  })

  it('when the keys are a day old and cannot be fetched again [R11-123, JWKS-8]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.agentToken({ lifetime: 172_800 })
    await outcomeOf(world, token)
    world.net.agentProvider.misbehave('unreachable')
    world.net.clock.advance(86_399)
    expect(await outcomeOf(world, token)).toBe('accepted')
    world.net.clock.advance(1)
    expect(await outcomeOf(world, token)).toBe('server_error')
  })
})

describe('a verified token stays valid', () => {
  it('through renewals that publish its key again, among others', async () => {
    const { world, token } = await makeMetWorld()
    await world.net.personServer.rotate()
    world.net.clock.advance(600)
    expect([await outcomeOf(world, token), await outcomeOf(world, token)]).toEqual(['accepted', 'accepted'])
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('through renewals that describe its key differently', async () => {
    const { world, token } = await makeMetWorld()
    const { jwk, kid } = world.net.personServer.key
    world.answer(personKeys, () => Response.json({ keys: [{ kid, key_ops: ['verify'], ...jwk }] }))
    world.net.clock.advance(600)
    expect(await outcomeOf(world, token)).toBe('accepted')
  })
})

it('with a limit of one verified token, every token is still verified [R11-127, O04]', async () => {
  const world = await makeAnsweredWorld({ limits: { verifiedTokens: 1 } })
  const forged = await world.agent.personToken({ key: await makeKey('a forger', 'key-1', 'Ed25519') })
  const tokens = [await world.agent.personToken(), await world.agent.personToken(), forged]
  const outcomes: string[] = []
  for (const token of [...tokens, ...tokens]) outcomes.push(await outcomeOf(world, token))
  expect(outcomes).toEqual(['accepted', 'accepted', 'invalid_jwt', 'accepted', 'accepted', 'invalid_jwt'])
})
