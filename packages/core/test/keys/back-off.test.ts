import { personRoute } from '@aauth-guard/fixtures/requirements'
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

/** Calls every second for so long, and returns the seconds at which the person server was fetched from again. */
async function attempts(world: AnsweredWorld, seconds: number): Promise<number[]> {
  const asked: number[] = []
  const count = (): number => world.asked.filter((url) => url === personMetadata).length
  for (let second = 0; second < seconds; second++) {
    const before = count()
    await outcomeOf(world)
    await settled()
    if (count() > before) asked.push(second)
    world.net.clock.advance(1)
  }
  return asked
}

async function retryAfter(world: AnsweredWorld): Promise<string | undefined> {
  const { headers } = await world.refusal(await world.agent.personToken(), { requirement: personRoute })
  return headers['retry-after']
}

describe('a failed metadata request is repeated after 5, 10, 20, 40 s and then every 60 s', () => {
  it('when there are no keys yet [R11-126, I22]', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('unreachable')
    expect(await attempts(world, 196)).toEqual([0, 5, 15, 35, 75, 135, 195])
  })

  it('when there are stale keys [R11-126]', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world)
    world.net.personServer.misbehave('unreachable')
    world.net.clock.advance(600)
    expect(await attempts(world, 136)).toEqual([0, 5, 15, 35, 75, 135])
  })

  it('up to a fifth sooner, so that the processes of a fleet do not fetch in step [I22]', async () => {
    const world = await makeAnsweredWorld({}, 1 - Number.EPSILON)
    world.net.personServer.misbehave('unreachable')
    expect(await attempts(world, 157)).toEqual([0, 4, 12, 28, 60, 108, 156])
  })

  it('even if the failure is permanent', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('not-found')
    expect(await attempts(world, 36)).toEqual([0, 5, 15, 35])
    expect(await outcomeOf(world)).toBe('invalid_jwt')
  })

  it('with a Retry-After that counts down [R11-130]', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('unreachable')
    const said: (string | undefined)[] = []
    for (const wait of [4, 1, 9, 1, 20, 40, 60]) {
      said.push(await retryAfter(world))
      world.net.clock.advance(wait)
    }
    expect(said).toEqual(['5', '1', '10', '1', '20', '40', '60'])
  })

  it('with the same verdict in between, without a fetch [I08]', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('other-issuer')
    const first = await outcomeOf(world)
    world.net.personServer.behave()
    world.net.clock.advance(4)
    expect([first, await outcomeOf(world), world.asked]).toEqual([
      'issuer_mismatch',
      'issuer_mismatch',
      [personMetadata],
    ])
  })

  it('until the issuer is back and the wait is over, and then requests are accepted [I22]', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('unreachable')
    await outcomeOf(world)
    world.net.personServer.behave()
    world.net.clock.advance(5)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('and from 5 s again after a success', async () => {
    const world = await makeAnsweredWorld()
    const { personServer, clock } = world.net
    personServer.misbehave('unreachable')
    await attempts(world, 15)
    personServer.behave()
    await outcomeOf(world)
    personServer.misbehave('unreachable')
    clock.advance(600)
    expect(await attempts(world, 16)).toEqual([0, 5, 15])
  })
})

describe('after a failed JWKS request nothing is fetched for a minute', () => {
  it.each([
    ['is temporary', answerWith('{}', { status: 503 })],
    ['is permanent', answerWith('{}', { status: 404 })],
  ])('when the failure %s [R11-124]', async (_, answer) => {
    const world = await makeAnsweredWorld()
    world.answer(personKeys, answer)
    expect(await attempts(world, 121)).toEqual([0, 60, 120])
    expect(world.asked.filter((url) => url === personKeys).length).toBe(3)
  })

  it('and Retry-After says when the minute is over [R11-124, R11-130]', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personKeys, answerWith('{}', { status: 503 }))
    const first = await retryAfter(world)
    world.net.clock.advance(59)
    const last = await retryAfter(world)
    world.release(personKeys)
    world.net.clock.advance(1)
    expect([first, last, await outcomeOf(world)]).toEqual(['60', '1', 'accepted'])
  })
})

it('two tokens that wait for one failing fetch are both refused, and the next fetch happens in its time [I23]', async () => {
  const world = await makeAnsweredWorld()
  world.net.personServer.misbehave('unreachable')
  const open = world.hold(personMetadata)
  const waiting = [outcomeOf(world), outcomeOf(world)]
  await settled()
  open()
  expect(await Promise.all(waiting)).toEqual(['server_error', 'server_error'])
  world.net.personServer.behave()
  world.release(personMetadata)
  world.net.clock.advance(5)
  expect(await outcomeOf(world)).toBe('accepted')
  expect(world.asked).toEqual([personMetadata, personMetadata, personKeys])
})
