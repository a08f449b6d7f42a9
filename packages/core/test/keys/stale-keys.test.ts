import type { ResourceOptions } from '@aauth-guard/core'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import type { Misbehaviour } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import {
  type AnsweredWorld,
  answerWith,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
  settled,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const day = 86_400

/** A world that has fetched from its person server. */
async function makeWarmWorld(options: Partial<ResourceOptions> = {}): Promise<AnsweredWorld> {
  const world = await makeAnsweredWorld(options)
  await outcomeOf(world)
  return world
}

describe('keys that cannot be renewed stay in use', () => {
  it.each<Misbehaviour>([
    'unreachable',
    'server-error',
    'hang',
    'redirect',
    'not-found',
    'html',
    'not-json',
    'json-array',
    'duplicate-members',
    'huge',
    'endless',
    'content-encoding',
    'no-issuer',
    'other-issuer',
    'no-jwks-uri',
    'foreign-jwks-uri',
    'no-keys',
  ])('when the issuer answers with %s [JWKS-2, R11-126, I25]', async (how) => {
    const world = await makeWarmWorld()
    if (how === 'hang') void neverAnswers()
    world.net.personServer.misbehave(how)
    world.net.clock.advance(600)
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked.length).toBeGreaterThan(2)
    world.net.clock.advance(60)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it.each([
    ['404', answerWith('{}', { status: 404 })],
    ['500', answerWith('{}', { status: 500 })],
    ['304 without body', answerWith(null, { status: 304 })],
    ['an error page with status 200', answerWith('<html>', { headers: { 'content-type': 'text/html' } })],
    ['nothing', answerWith('')],
  ])('when the JWKS answers with %s [JWKS-2, R11-126, I25]', async (_, answer) => {
    const world = await makeWarmWorld()
    world.answer(personKeys, answer)
    world.net.clock.advance(600)
    expect(await outcomeOf(world)).toBe('accepted')
    world.net.clock.advance(60)
    expect([await outcomeOf(world), world.asked.length]).toEqual(['accepted', 6])
  })

  it('until a renewal succeeds, which replaces the copy [I22]', async () => {
    const world = await makeWarmWorld()
    const old = await world.agent.personToken()
    world.net.personServer.misbehave('server-error')
    world.net.clock.advance(600)
    await outcomeOf(world, old)
    world.net.personServer.behave()
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(5)
    await outcomeOf(world, old)
    await settled()
    expect([await outcomeOf(world, old), await outcomeOf(world)]).toEqual(['unknown_key', 'accepted'])
  })

  it('and an issuer known to be down delays no request [R11-126]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('unreachable')
    world.net.clock.advance(600)
    await outcomeOf(world)
    world.net.clock.advance(5)
    let signal: AbortSignal | null | undefined
    world.answer(personMetadata, (init) => {
      signal = init?.signal
      return new Promise(() => undefined)
    })
    expect([await outcomeOf(world), signal?.aborted]).toEqual(['accepted', false])
    expect(world.asked.length).toBe(4)
  })

  it('but an empty key set is an answer, and none of its tokens verifies any more [I26]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('empty-keys')
    world.net.clock.advance(600)
    expect(await outcomeOf(world)).toBe('unknown_key')
  })
})

describe('keys that cannot be renewed for a day', () => {
  it('are used until the last second of that day [R11-126]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('unreachable')
    world.net.clock.advance(day - 1)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('are not used after that day: 503, which is not a fault of the caller [R11-123, JWKS-8]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('unreachable')
    world.net.clock.advance(day)
    const { code, status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([code, status]).toEqual(['server_error', 503])
    expect(headers).toEqual({ 'cache-control': 'no-store', 'retry-after': '5' })
  })

  it('are not used after that day even if nothing could be fetched meanwhile [R11-123, JWKS-8]', async () => {
    const world = await makeWarmWorld()
    world.net.personServer.misbehave('unreachable')
    world.net.clock.advance(day - 2)
    await outcomeOf(world)
    world.net.clock.advance(2)
    expect(await outcomeOf(world)).toBe('server_error')
  })

  it('are replaced after that day when the issuer is back', async () => {
    const world = await makeWarmWorld()
    world.net.clock.advance(day)
    expect(await outcomeOf(world)).toBe('accepted')
  })
})
