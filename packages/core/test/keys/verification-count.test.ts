import { personRoute } from '@aauth-guard/fixtures/requirements'
import { beforeEach, expect, it, vi } from 'vitest'
import { type AnsweredWorld, makeAnsweredWorld, settled } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const counted = vi.hoisted(() => ({ signatures: 0 }))

// The platform as it is, and a count of the signatures it verifies.
vi.mock('#platform', async (importOriginal) => {
  const { platform } = await importOriginal<typeof import('../../src/platform/node.ts')>()
  const verify: typeof platform.verify = (...signature) => {
    counted.signatures += 1
    return platform.verify(...signature)
  }
  return { platform: { ...platform, verify } }
})

let world: AnsweredWorld

/** How many signatures one more request with `token` costs. */
async function cost(token: string): Promise<number> {
  const before = counted.signatures
  expect(await outcomeOf(world, token)).toBe('accepted')
  return counted.signatures - before
}

beforeEach(async () => {
  world = await makeAnsweredWorld()
  // The runtime shows once at first use that it can verify.
  await outcomeOf(world, world.agent.agentToken())
})

it('a new token costs two verifications, a known one only that of the request [O01, R11-262]', async () => {
  const token = await world.agent.personToken()
  expect([await cost(token), await cost(token), await cost(token)]).toEqual([2, 1, 1])
})

it('a known token with an invalid signature costs one verification [O03]', async () => {
  const token = await world.agent.personToken()
  await cost(token)
  const before = counted.signatures
  await world.refusal(token, { requirement: personRoute, mistake: 'wrong-key' })
  expect(counted.signatures - before).toBe(1)
})

it('a known token costs one verification, even while its keys are renewed and after that', async () => {
  const token = await world.agent.personToken()
  await cost(token)
  await world.net.personServer.rotate()
  world.net.clock.advance(480)
  const during = await cost(token)
  await settled()
  expect([during, await cost(token)]).toEqual([1, 1])
})

it('a known token costs one verification, even after another issuer was purged', async () => {
  const token = await world.agent.personToken()
  await cost(token)
  world.resource.purgeIssuer('https://agent.example')
  expect(await cost(token)).toBe(1)
})

it('a request that is malformed, stale or from an excluded issuer costs no verification [O02]', async () => {
  const token = await world.agent.personToken()
  await cost(token)
  const before = counted.signatures
  for (const mistake of ['stale', 'future', 'omit-path', 'no-signature'] as const)
    await world.refusal(token, { requirement: personRoute, mistake })
  await world.refusal(token, { requirement: { ...personRoute, trust: {} } })
  await world.refusal(await world.agent.personToken({ aud: 'https://other.example' }))
  expect(counted.signatures).toBe(before)
})
