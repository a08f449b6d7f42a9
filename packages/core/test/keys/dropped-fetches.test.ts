import { afterEach, describe, expect, it, vi } from 'vitest'
import { type AnsweredWorld, makeAnsweredWorld, personKeys, personMetadata, until } from './issuer-answers.ts'
import { outcomeOf, personRoute } from './person-route.ts'
import { strangerToken } from './strangers.ts'

const limits = { fetchDeadline: 500 }

afterEach(() => vi.restoreAllMocks())

/** Begins a request whose fetch the runtime drops with it, as Workers do: no answer, and no deadline either. */
async function drop(world: AnsweredWorld, url: string, token: string): Promise<void> {
  const asked = world.asked.length
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(new AbortController().signal)
  world.answer(url, () => new Promise(() => undefined))
  void outcomeOf(world, token)
  await until(() => world.asked.length > asked && world.asked.at(-1) === url)
  world.release(url)
}

describe('a fetch that the runtime has dropped', () => {
  it('is made anew for the next who needs it', async () => {
    const world = await makeAnsweredWorld({ limits })
    await drop(world, personMetadata, await world.agent.personToken())
    expect(await Promise.all([outcomeOf(world), outcomeOf(world)])).toEqual(['accepted', 'accepted'])
    expect(world.asked).toEqual([personMetadata, personMetadata, personKeys])
  })

  it('counts under the floor if it asked for keys [R11-124]', async () => {
    const world = await makeAnsweredWorld({ limits })
    await drop(world, personKeys, await world.agent.personToken())
    const { status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([status, headers['retry-after'], world.asked.length]).toEqual([503, '60', 2])
    world.net.clock.advance(60)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('takes up a place among the first contacts for ten seconds only [I19]', async () => {
    const world = await makeAnsweredWorld({ limits })
    for (let n = 0; n < 16; n++) {
      const id = `https://n${n}.example`
      await drop(world, `${id}/.well-known/aauth-person.json`, await strangerToken(world, id))
    }
    const full = await outcomeOf(world)
    world.net.clock.advance(10)
    expect([full, await outcomeOf(world)]).toEqual(['server_error', 'accepted'])
  })
})
