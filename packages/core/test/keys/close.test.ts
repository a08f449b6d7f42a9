import { personRoute } from '@aauth-guard/fixtures/requirements'
import { describe, expect, it } from 'vitest'
import { flight, makeAnsweredWorld, personKeys, personMetadata, settled, until } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

describe('close', () => {
  it('aborts the fetches under way, and their requests are answered 503', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('hang')
    let signal: AbortSignal | null | undefined
    world.answer(personMetadata, (init) => {
      signal = init?.signal
      return world.net.fetch(personMetadata, init)
    })
    const waiting = outcomeOf(world)
    await until(() => signal?.aborted === false)
    world.resource.close()
    expect([await waiting, signal?.aborted]).toEqual(['server_error', true])
  })

  it('prevents later fetches: requests that need keys are answered 503', async () => {
    const world = await makeAnsweredWorld()
    world.resource.close()
    const { code, status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([code, status]).toEqual(['server_error', 503])
    expect(headers).toEqual({ 'cache-control': 'no-store', 'retry-after': '5' })
    expect(world.asked).toEqual([])
  })

  it('prevents later renewals, even in the background', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world)
    world.resource.close()
    world.net.clock.advance(480)
    await outcomeOf(world)
    await settled()
    expect(world.asked).toEqual(flight)
  })

  it('keeps the cached keys usable', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world)
    world.resource.close()
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('prevents the second request of a fetch whose first was made', async () => {
    const world = await makeAnsweredWorld()
    const open = world.hold(personMetadata)
    const waiting = outcomeOf(world)
    await until(() => world.asked.length === 1)
    world.resource.close()
    open()
    await settled()
    expect([await waiting, world.asked]).toEqual(['server_error', [personMetadata]])
  })

  it('prevents the second request even when the injected fetch ignores its signal', async () => {
    let betweenTheTwo = false
    const world = await makeAnsweredWorld({
      now() {
        if (betweenTheTwo) world.resource.close()
        return world.net.clock.now()
      },
    })
    world.answer(personMetadata, (init) => {
      betweenTheTwo = true
      return world.net.fetch(personMetadata, init)
    })
    world.answer(personKeys, () => new Promise(() => undefined))
    expect(await outcomeOf(world)).toBe('server_error')
  })

  it('may be called twice', async () => {
    const { resource } = await makeAnsweredWorld()
    resource.close()
    expect(() => resource.close()).not.toThrow()
  })
})
