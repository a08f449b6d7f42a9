import { makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { type AnsweredWorld, flight, makeAnsweredWorld } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

/** A world that fetched from its person server a minute ago, so that it may fetch again. */
async function makeWarmWorld(): Promise<AnsweredWorld> {
  const world = await makeAnsweredWorld()
  await outcomeOf(world)
  world.net.clock.advance(60)
  return world
}

describe('an unknown kid', () => {
  it('is looked up once more, so that a rotation takes effect at once [JWT-10, JWKS-2, R11-125]', async () => {
    const world = await makeWarmWorld()
    await world.net.personServer.rotate()
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('is unknown_key when it is still unknown [JWT-10, R11-025]', async () => {
    const world = await makeWarmWorld()
    const { code, status, headers } = await world.refusal(
      await world.agent.personToken({ header: { kid: 'nobody' } }),
    )
    expect([code, status]).toEqual(['unknown_key', 401])
    expect(headers).toEqual({ 'cache-control': 'no-store', 'signature-error': 'error=unknown_key' })
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('is not looked up within a minute of the last request [JWKS-2, R11-124]', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world)
    await world.net.personServer.rotate()
    world.net.clock.advance(59)
    expect(await outcomeOf(world)).toBe('unknown_key')
    expect(world.asked).toEqual(flight)
    world.net.clock.advance(1)
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('at first contact costs one look-up, not two [R11-124]', async () => {
    const world = await makeAnsweredWorld()
    expect(await outcomeOf(world, world.agent.personToken({ header: { kid: 'nobody' } }))).toBe('unknown_key')
    expect(world.asked).toEqual(flight)
  })

  it('is unknown_key when the issuer is unreachable, and the known kids stay [R11-126]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('unreachable')
    expect([
      await outcomeOf(world, world.agent.personToken({ header: { kid: 'nobody' } })),
      await outcomeOf(world),
    ]).toEqual(['unknown_key', 'accepted'])
  })

  it('costs one request, however many tokens have it [JWKS-7, R11-124, I17]', async () => {
    const world = await makeWarmWorld()
    const outcomes = new Set<string>()
    for (let n = 0; n < 1000; n++) {
      outcomes.add(await outcomeOf(world, world.agent.personToken({ header: { kid: `random-${n}` } })))
      if (n % 100 === 0) world.net.clock.advance(1)
    }
    expect([...outcomes]).toEqual(['unknown_key'])
    expect(world.asked).toEqual([...flight, ...flight])
  })
})

describe('a signature that fails under a known kid', () => {
  it('is retried with fresh keys, because an issuer may change its key and keep the kid [JWT-11, JWKS-3, R11-125]', async () => {
    const world = await makeWarmWorld()
    await world.net.personServer.rekey()
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('is invalid_jwt when it still fails [JWT-11, R11-125]', async () => {
    const world = await makeWarmWorld()
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('invalid_jwt')
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('is invalid_jwt when it fails under the fresh key as well [JWT-11, R11-125]', async () => {
    const world = await makeWarmWorld()
    await world.net.personServer.rekey()
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('invalid_jwt')
  })

  it('is unknown_key when the kid is gone [JWKS-3, R11-125]', async () => {
    const world = await makeWarmWorld()
    await world.net.personServer.rotate({ withdraw: true })
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('unknown_key')
  })

  it('is invalid_jwt when two keys now share the kid [I15]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('duplicate-kid')
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('invalid_jwt')
  })

  it('is invalid_jwt when the issuer is unreachable [R11-126]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('unreachable')
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    expect([await outcomeOf(world, world.agent.personToken({ key })), await outcomeOf(world)]).toEqual([
      'invalid_jwt',
      'accepted',
    ])
  })

  it('is not retried within a minute of the last request [R11-124, I18]', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world)
    await world.net.personServer.rekey()
    world.net.clock.advance(59)
    expect(await outcomeOf(world)).toBe('invalid_jwt')
    expect(world.asked).toEqual(flight)
    world.net.clock.advance(1)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('costs one request, however many there are, together with unknown kids [R11-124, I18]', async () => {
    const world = await makeWarmWorld()
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    const outcomes = new Set<string>()
    for (let n = 0; n < 200; n++) {
      const forged = n % 2 === 0 ? { key } : { header: { kid: `random-${n}` } }
      outcomes.add(await outcomeOf(world, world.agent.personToken(forged)))
    }
    expect([...outcomes]).toEqual(['invalid_jwt', 'unknown_key'])
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('at first contact is not retried [R11-124]', async () => {
    const world = await makeAnsweredWorld()
    const key = await makeKey('a forger', 'key-1', 'Ed25519')
    expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('invalid_jwt')
    expect(world.asked).toEqual(flight)
  })
})
