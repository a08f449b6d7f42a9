import type { Mission } from '@aauth-guard/core'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { active, granted, makeWatchedWorld, terminated, verdict } from './watched.ts'

const noMissions: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a digest alone', { s256 }],
  ['an approver alone', { approver: 'https://ps.example' }],
  ['an approver with a slash', { approver: 'https://ps.example/', s256 }],
  ['an approver over http', { approver: 'http://ps.example', s256 }],
  ['an approver in upper case', { approver: 'https://PS.example', s256 }],
  ['a digest with padding', { approver: 'https://ps.example', s256: `${s256}=` }],
  ['a digest that is not canonical', { approver: 'https://ps.example', s256: `${'A'.repeat(42)}B` }],
  ['a digest that is not a string', { approver: 'https://ps.example', s256: 7 }],
]

describe('a value that is not a mission', () => {
  it.each(noMissions)('cannot be terminated: %s [MISS-12, L04, L07]', async (_, given) => {
    const { resource } = await makeWorld()
    await expect(resource.missions.terminate(given as Mission)).rejects.toBeInstanceOf(TypeError)
  })

  it.each(noMissions)('has no status: %s', async (_, given) => {
    const { resource } = await makeWorld()
    await expect(resource.missions.status(given as Mission)).rejects.toBeInstanceOf(TypeError)
  })

  it.each(noMissions)('is not observed: %s', async (_, given) => {
    const { resource } = await makeWorld()
    const response = new Response('', { status: 403 })
    await expect(resource.missions.observe(given as Mission, response)).rejects.toBeInstanceOf(TypeError)
  })
})

describe('a value that is not a termination reason', () => {
  it.each([
    ['is empty', ''],
    ['is longer than 128 characters', 'x'.repeat(129)],
    ['breaks a line', 'a\r\nb'],
    ['holds a control character', 'a\u0000'],
    ['is not ASCII', 'erfüllt'],
    ['is null', null],
    ['is a number', 7],
    ['is an object', {}],
  ])('is refused when it %s, and terminates nothing', async (_, reason) => {
    const world = await makeWorld()
    await expect(world.resource.missions.terminate(mission, reason as string)).rejects.toBeInstanceOf(
      TypeError,
    )
    expect(await verdict(world.call(await world.agent.authToken(granted())))).toBe('200')
  })
})

describe('the status of a mission', () => {
  it('is unknown without a source', async () => {
    const { resource } = await makeWorld()
    expect(await resource.missions.status(mission)).toEqual({ status: 'unknown' })
  })

  it.each([
    ['with its reason', 'completed', { status: 'terminated', reason: 'completed' }],
    ['without reason', undefined, { status: 'terminated' }],
  ])('is terminated once it was terminated, %s', async (_, reason, expected) => {
    const { resource } = await makeWorld()
    await resource.missions.terminate(mission, reason)
    expect(await resource.missions.status(mission)).toEqual(expected)
  })

  it.each([
    [active, { status: 'active' }],
    [terminated, { status: 'terminated' }],
    [
      { ...terminated, reason: 'expired' },
      { status: 'terminated', reason: 'expired' },
    ],
    [{ ...terminated, reason: 'a\nb' }, { status: 'terminated' }],
  ])('is the answer of the source: %j', async (said, expected) => {
    const world = await makeWatchedWorld()
    world.says(() => said)
    expect(await world.resource.missions.status(mission)).toEqual(expected)
  })

  it('is unknown when the source fails', async () => {
    const world = await makeWatchedWorld()
    world.says(() => Promise.reject(new Error('down')))
    expect(await world.resource.missions.status(mission)).toEqual({ status: 'unknown' })
  })

  it('is not requested once it was terminated', async () => {
    const world = await makeWatchedWorld()
    await world.resource.missions.terminate(mission)
    await world.resource.missions.status(mission)
    expect(world.asked).toEqual([])
  })

  it('terminates the mission when the source says so [MISS-9]', async () => {
    const world = await makeWatchedWorld()
    world.says(() => ({ ...terminated, reason: 'expired' }))
    await world.resource.missions.status(mission)
    world.says(() => active)
    expect(await world.get()).toBe('403 mission_terminated')
  })

  it('is unknown without a request when trust excludes its person server', async () => {
    const world = await makeWatchedWorld()
    const personServers = ['https://ps.example']
    const narrow = await makeWatchedWorld({}, { trust: { agentProviders: 'any', personServers } })
    const foreign = { approver: 'https://other-ps.example', s256 }
    expect(await world.resource.missions.status(foreign)).toEqual({ status: 'active' })
    expect(await narrow.resource.missions.status(foreign)).toEqual({ status: 'unknown' })
    expect(narrow.asked).toEqual([])
  })
})

describe('the missions of a resource', () => {
  it('cannot be changed', async () => {
    const { resource } = await makeWorld()
    expect(Object.isFrozen(resource.missions)).toBe(true)
  })
})
