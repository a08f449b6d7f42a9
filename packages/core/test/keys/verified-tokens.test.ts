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

describe('a token that was verified is good for further requests', () => {
  it('without a fetch, and for the same person', async () => {
    const { world, token } = await makeMetWorld()
    const { sub, ps, jti } = await world.call(token, { requirement: personRoute })
    expect([sub, ps, jti, world.asked]).toEqual(['person-1', 'https://ps.example', 'id-1', flight])
  })

  it('while the issuer is down, as long as its keys are', async () => {
    const { world } = await makeMetWorld()
    const day = await world.agent.agentToken()
    await outcomeOf(world, day)
    world.net.agentProvider.misbehave('unreachable')
    world.net.clock.advance(86_399)
    expect(await outcomeOf(world, day)).toBe('accepted')
  })

  it('and for no other token, however alike [F15]', async () => {
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

describe('a token that was verified ends', () => {
  it('with its own lifetime, to the second [JWT-13, G02]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken({ lifetime: 30 })
    await outcomeOf(world, token)
    world.net.clock.advance(29)
    expect(await outcomeOf(world, token)).toBe('accepted')
    world.net.clock.advance(1)
    expect([await outcomeOf(world, token), world.asked]).toEqual(['expired_jwt', flight])
  })

  it('with its own lifetime also where the keys are due', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken({ lifetime: 500 })
    await outcomeOf(world, token)
    world.net.clock.advance(500)
    expect(await outcomeOf(world, token)).toBe('expired_jwt')
  })

  it('with a revocation, on the very next request [JWT-19]', async () => {
    const { world, token } = await makeMetWorld()
    world.resource.revoke({ iss: 'https://ps.example', jti: 'id-1', exp: 1_790_003_600 })
    const { code, headers } = await world.refusal(token, { requirement: personRoute })
    expect(code).toBe('revoked_jwt')
    expect(headers['aauth-requirement']).toBe('requirement=person-token')
  })

  it('with a revocation also where the keys are due [JWT-19]', async () => {
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

  it('when another key takes the place of its key, under the same kid', async () => {
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

  it('when the keys are a day old and cannot be had anew [R11-123, JWKS-8]', async () => {
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

describe('a token that was verified stays', () => {
  it('through renewals that publish its key again, among others', async () => {
    const { world, token } = await makeMetWorld()
    await world.net.personServer.rotate()
    world.net.clock.advance(600)
    expect([await outcomeOf(world, token), await outcomeOf(world, token)]).toEqual(['accepted', 'accepted'])
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('through renewals that describe its key in other words', async () => {
    const { world, token } = await makeMetWorld()
    const { jwk, kid } = world.net.personServer.key
    world.answer(personKeys, () => Response.json({ keys: [{ kid, key_ops: ['verify'], ...jwk }] }))
    world.net.clock.advance(600)
    expect(await outcomeOf(world, token)).toBe('accepted')
  })
})

it('with room for one verified token, every token is still verified [R11-127, O04]', async () => {
  const world = await makeAnsweredWorld({ limits: { verifiedTokens: 1 } })
  const forged = await world.agent.personToken({ key: await makeKey('a forger', 'key-1', 'Ed25519') })
  const tokens = [await world.agent.personToken(), await world.agent.personToken(), forged]
  const outcomes: string[] = []
  for (const token of [...tokens, ...tokens]) outcomes.push(await outcomeOf(world, token))
  expect(outcomes).toEqual(['accepted', 'accepted', 'invalid_jwt', 'accepted', 'accepted', 'invalid_jwt'])
})
