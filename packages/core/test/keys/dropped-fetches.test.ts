import { personRoute } from '@aauth-guard/fixtures/requirements'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type AnsweredWorld,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
  settled,
  until,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'
import { unlistedToken } from './unlisted-tokens.ts'

const never = (): Promise<Response> => new Promise(() => undefined)
let deadlines: AbortController[]

// The deadlines of a runtime that drops a fetch with the request that began it, as Workers do, pass with it: here
// those pass that a test says.
beforeEach(() => {
  deadlines = []
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const deadline = new AbortController()
    deadlines.push(deadline)
    return deadline.signal
  })
})
afterEach(() => vi.restoreAllMocks())

/** Begins a request and drops it while it waits for `url`. */
async function drop(world: AnsweredWorld, url: string, token: string): Promise<void> {
  const asked = world.asked.length
  world.answer(url, never)
  void outcomeOf(world, token)
  await until(() => world.asked.length > asked && world.asked.at(-1) === url)
  world.release(url)
}

/** Begins a request that waits for the fetch of another, until the deadline that it returns. */
async function join(world: AnsweredWorld): Promise<[outcome: Promise<string>, deadline: AbortController]> {
  const index = deadlines.length
  const outcome = outcomeOf(world)
  await until(() => deadlines.length > index)
  return [outcome, deadlines[index] as AbortController]
}

describe('a fetch that the runtime has dropped', () => {
  it('is repeated once by the requests that waited for it until their deadline [JWKS-7]', async () => {
    const world = await makeAnsweredWorld()
    await drop(world, personMetadata, await world.agent.personToken())
    const [one, deadlineOfOne] = await join(world)
    const [other, deadlineOfOther] = await join(world)
    const open = world.hold(personMetadata)
    deadlineOfOne.abort()
    await until(() => world.asked.length === 2)
    deadlineOfOther.abort()
    await settled()
    open()
    expect(await Promise.all([one, other])).toEqual(['accepted', 'accepted'])
    expect(world.asked).toEqual([personMetadata, personMetadata, personKeys])
  })

  it('does not disturb its replacement when it completes after all [JWKS-7]', async () => {
    const world = await makeAnsweredWorld()
    const endFirst = world.hold(personMetadata)
    const first = outcomeOf(world)
    await until(() => world.asked.length === 1)
    const [second, deadline] = await join(world)
    const endSecond = world.hold(personMetadata)
    deadline.abort()
    await until(() => world.asked.length === 2)
    world.answer(personKeys, () => new Response('', { status: 503 }))
    endFirst()
    expect(await first).toBe('server_error')
    const third = outcomeOf(world)
    await until(() => deadlines.length === 4)
    endSecond()
    expect(await Promise.all([second, third])).toEqual(['server_error', 'server_error'])
    expect(world.asked.filter((url) => url === personMetadata).length).toBe(2)
  })

  it('leaves its replacement no keys request when it completes after all [R11-124]', async () => {
    const world = await makeAnsweredWorld()
    const endFirst = world.hold(personMetadata)
    const first = outcomeOf(world)
    await until(() => world.asked.length === 1)
    const [second, deadline] = await join(world)
    const endSecond = world.hold(personMetadata)
    deadline.abort()
    await until(() => world.asked.length === 2)
    endFirst()
    expect(await first).toBe('accepted')
    endSecond()
    expect(await second).toBe('accepted')
    expect(world.asked.filter((url) => url === personKeys)).toEqual([personKeys])
  })

  it('counts toward the minimum interval if it requested keys [R11-124]', async () => {
    const world = await makeAnsweredWorld()
    await drop(world, personKeys, await world.agent.personToken())
    const [outcome, deadline] = await join(world)
    deadline.abort()
    expect([await outcome, world.asked.length]).toEqual(['server_error', 2])
    const { headers } = await world.refusal(await world.agent.personToken(), { requirement: personRoute })
    expect(headers['retry-after']).toBe('60')
    world.net.clock.advance(60)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('takes a place among the first contacts for only ten seconds [I19]', async () => {
    const world = await makeAnsweredWorld()
    for (let n = 0; n < 16; n++) {
      const id = `https://n${n}.example`
      await drop(world, `${id}/.well-known/aauth-person.json`, await unlistedToken(world, id))
    }
    const full = await outcomeOf(world)
    world.net.clock.advance(9)
    const stillFull = await outcomeOf(world)
    world.net.clock.advance(1)
    expect([full, stillFull, await outcomeOf(world)]).toEqual(['server_error', 'server_error', 'accepted'])
  })
})
