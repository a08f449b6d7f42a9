import {
  type Auth,
  authorize,
  createResource,
  type DecisionEvent,
  type SignedRequest,
  verifyContent,
} from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

interface Mutable extends SignedRequest {
  method: string
  target: string
}

async function signed(world: World, grant = {}, options = {}): Promise<SignedMessage> {
  const token = await world.agent.authToken({ scope: 'access', ...grant })
  return world.agent.sign(
    'https://notes.example/notes',
    { method: 'POST', body: 'note' },
    { token, params: { nonce: 'n' }, ...options },
  )
}

async function accepted(world: World, options = {}): Promise<Mutable> {
  const request: Mutable = { ...toSignedRequest(await signed(world, {}, options)) }
  await authorize(world.resource, request)
  return request
}

describe('a request that passed one guard', () => {
  it('passes the next guard of the same resource, which does not take it for a replay [E23]', async () => {
    const world = await makeWorld({ replay: 'all' })
    const request = await accepted(world)
    const again = await authorize(world.resource, request, { optional: true })
    expect(again?.jti).toMatch(/^id-/)
  })

  it('passes it after a guard of another resource, and neither forgets it [E23]', async () => {
    const world = await makeWorld({ replay: 'all' })
    const { net, resource } = world
    const events: DecisionEvent[] = []
    const other = createResource({
      issuer: net.resource,
      trust: 'any',
      fetch: net.fetch,
      now: net.clock.now,
      replay: 'all',
      onDecision: (event) => events.push(event),
    })
    const request = await accepted(world)
    for (const one of [other, resource, other])
      expect((await authorize(one, request)).type).toBe('auth-token')
    expect(events).toMatchObject([
      { issuer: 'https://ps.example' },
      { issuer: 'https://ps.example', step: 2 },
    ])
  })

  it('is refused unless it satisfies what the next guard requires [E23]', async () => {
    const world = await makeWorld()
    const request = await accepted(world)
    for (const [requirement, code] of [
      [{ mission: 'required' }, 'mission_required'],
      [{ account: 'ws-7' }, 'access_denied'],
      [{ accept: 'agent-token' }, 'agent_token_required'],
      [{ components: ['@query'] }, 'invalid_input'],
      [{ trust: { personServers: ['https://other.example'] } }, 'invalid_jwt'],
      [{ check: () => false }, 'access_denied'],
    ] as const) {
      await expect(authorize(world.resource, request, requirement as never)).rejects.toMatchObject({ code })
    }
  })

  it('passes the next guard even if it did not satisfy the first [E23]', async () => {
    const world = await makeWorld()
    const request = toSignedRequest(await signed(world))
    await expect(authorize(world.resource, request, { account: 'ws-7' })).rejects.toMatchObject({
      status: 403,
    })
    expect((await authorize(world.resource, request)).type).toBe('auth-token')
  })

  it.each([
    ['method', { method: 'DELETE' }],
    ['target', { target: '/admin' }],
    ['query', { target: '/notes?admin=1' }],
  ])('is verified again when its %s was changed since [E06, E23]', async (_, change) => {
    const world = await makeWorld()
    const request = Object.assign(await accepted(world), change)
    await expect(authorize(world.resource, request)).rejects.toMatchObject({ code: 'invalid_signature' })
  })

  it('is verified again by another resource [E23]', async () => {
    const [one, two] = [await makeWorld(), await makeWorld({ generations: ['mission-header'] })]
    await expect(authorize(two.resource, await accepted(one))).rejects.toMatchObject({ code: 'invalid_jwt' })
  })

  it('is verified again when it is another object, and is a replay then [E23, J02]', async () => {
    const world = await makeWorld()
    const copy = { ...(await accepted(world)) }
    await expect(authorize(world.resource, copy)).rejects.toMatchObject({ code: 'invalid_signature' })
  })

  it('is refused when its token has expired or was revoked since [JWT-13, JWT-19, E23]', async () => {
    const world = await makeWorld()
    const one = await accepted(world)
    const { iss, jti, exp } = await authorize(world.resource, one)
    world.resource.revoke({ iss, jti, exp })
    await expect(authorize(world.resource, one)).rejects.toMatchObject({ code: 'revoked_jwt' })
    const two = await accepted(world)
    world.net.clock.set(exp)
    await expect(authorize(world.resource, two)).rejects.toMatchObject({ status: 401 })
  })

  it('has its content compared once for all guards [N03]', async () => {
    const world = await makeWorld()
    const { body: _, ...request } = toSignedRequest(await signed(world, {}, { digest: true }))
    const [first, second]: Auth[] = [
      await authorize(world.resource, request, {}, { content: 'later' }),
      await authorize(world.resource, request, {}, { content: 'later' }),
    ]
    await verifyContent(first as Auth, new TextEncoder().encode('note'))
    expect(contentBinding(second as Auth)).toBe('checked')
  })
})

describe('a request that one guard refused', () => {
  it('is verified again and refused by the next guard', async () => {
    const world = await makeWorld()
    const request: Mutable = { ...toSignedRequest(await signed(world, {}, { created: now - 61 })) }
    for (let round = 0; round < 2; round++) {
      await expect(authorize(world.resource, request)).rejects.toMatchObject({ code: 'invalid_signature' })
    }
  })
})
