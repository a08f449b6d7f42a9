import { authorize } from '@aauth-guard/core'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { generations, granted, verdict } from './watched.ts'

async function endedWorld(options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = await makeWorld({ trust: listed, ...options })
  await world.resource.missions.terminate(mission)
  return world
}

const url = 'https://notes.example/notes'

describe('a request under a terminated mission', () => {
  it('is refused because of a revoked token first', async () => {
    const world = await endedWorld()
    const token = await world.agent.authToken(granted())
    await world.resource.revoke(claimsOf(token))
    expect(await verdict(world.call(token))).toBe('401 revoked_jwt')
  })

  it('is refused because of an invalid signature first', async () => {
    const world = await endedWorld()
    const token = await world.agent.authToken(granted())
    expect(await verdict(world.call(token, { mistake: 'wrong-key' }))).toBe('401 invalid_signature')
  })

  it('is refused because of a replay first', async () => {
    const world = await endedWorld()
    const token = await world.agent.authToken(granted())
    await verdict(world.call(token, { method: 'POST', params: { nonce: 'n' } }))
    expect(await verdict(world.call(token, { method: 'POST', params: { nonce: 'n' } }))).toBe(
      '401 invalid_signature',
    )
  })

  it.each(generations)(
    'is refused because of AAuth-Mission with another mission first, in %s',
    async (generation) => {
      const world = await endedWorld()
      const token = await world.agent.authToken(granted({ generation }))
      const other = { ...mission, s256: zeroOctets }
      expect(await verdict(world.call(token, { mission: other }))).toBe('400 invalid_request')
    },
  )
})

describe('the termination of a mission', () => {
  it('is reported before a challenge for another kind of token [MISS-9]', async () => {
    const world = await endedWorld()
    const token = await world.agent.personToken({ mission: s256 })
    expect(await verdict(world.call(token))).toBe('403 mission_terminated')
  })

  it('is reported before a challenge for more scopes [MISS-9]', async () => {
    const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
    const world = await endedWorld({ scopes, defaultScope: 'notes.read' })
    const token = await world.agent.authToken(granted({ scope: 'notes.read' }))
    const requirement = { scope: 'notes.write' }
    expect(await verdict(world.call(token, { requirement }))).toBe('403 mission_terminated')
  })

  it.each([
    ['a route forbids missions', { mission: 'forbidden' }],
    ['a route wants another approver', { mission: { approver: 'https://other-ps.example' } }],
    ['a route wants another class', { class: { provider: 'https://other-agent.example' } }],
    ['a route belongs to another account', { account: 'other' }],
    ['check says no', { check: () => false }],
  ] as const)('is reported even if %s [MISS-9]', async (_, requirement) => {
    const world = await endedWorld({ trust: listed })
    const token = await world.agent.authToken(granted())
    expect(await verdict(world.call(token, { requirement }))).toBe('403 mission_terminated')
  })

  it('is reported without calling check', async () => {
    const world = await endedWorld()
    let called = false
    const check = (): boolean => {
      called = true
      return true
    }
    await verdict(world.call(await world.agent.authToken(granted()), { requirement: { check } }))
    expect(called).toBe(false)
  })
})

describe('a request object that passed one guard', () => {
  it('is refused by the next one once its mission is terminated [MISS-9]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken(granted())
    const request = toSignedRequest(await world.agent.sign(url, { method: 'POST' }, { token }))
    expect(await verdict(authorize(world.resource, request))).toBe('200')
    expect(await verdict(authorize(world.resource, request))).toBe('200')
    await world.resource.missions.terminate(mission)
    expect(await verdict(authorize(world.resource, request))).toBe('403 mission_terminated')
  })
})
