import { type AnyRequirement, type Auth, authorize, isAAuthError } from '@aauth-guard/core'
import { accessFieldsFor } from '@aauth-guard/core/adapter'
import { requireInteraction } from '@aauth-guard/core/managed'
import { capable, interactionScene } from '@aauth-guard/fixtures/interaction'
import { toSignedRequest } from '@aauth-guard/testing'
import { expect, it } from 'vitest'
import { ownerId, ownerOf } from '../../src/managed/owner.ts'

const person = 'alice'

it('an agent that waited for a person gets a session, and a new value with another key without a click [R11-190, R11-191, ACCESS-3, ACCESS-6]', async () => {
  const { resource, net, agent, page, ask, poll } = await interactionScene()
  const route = requireInteraction(
    resource,
    { name: 'notes.read', accept: ['agent-token', 'person-token'], sessions: true },
    { scope: 'notes.read' },
  ) as AnyRequirement
  const call = async (value?: string, sender = agent): Promise<Auth> => {
    const headers = value === undefined ? capable : { ...capable, authorization: `AAuth ${value}` }
    const token = await sender.agentToken()
    const message = await sender.sign(`${net.resource}/notes`, { headers }, { token })
    return authorize(resource, toSignedRequest(message), route as never)
  }
  const statusOf = (called: Promise<Auth>): Promise<number> =>
    called.then(
      () => 200,
      (error: unknown) => (isAAuthError(error) ? error.status : 0),
    )
  expect(await statusOf(call())).toBe(202)

  const { code, location } = await ask()
  const { handle } = await page.redeemCode(code, { person })
  await page.complete(handle, { person, scopes: ['notes.read'] })
  const { status, headers } = await poll(location)
  expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
  const value = headers['aauth-access'] as string
  expect(value).toMatch(/^[\w-]{100,}$/)
  expect((await call(value)).session).toMatchObject({ person })

  const runtime = await net.agent({ runtime: 'second' })
  const resumed = await call(undefined, runtime)
  expect([resumed.scopes, resumed.session]).toEqual([
    ['notes.read'],
    { consent: expect.any(String), person, exp: net.clock.now() + 3600 },
  ])
  const next = accessFieldsFor(resumed).find(([name]) => name === 'aauth-access')?.[1]
  expect((await call(next, runtime)).scopes).toEqual(['notes.read'])
  expect(await statusOf(call(value, runtime))).toBe(200)
  expect(await statusOf(call(value, await net.agent({ name: 'thief' })))).toBe(202)
  await resource.managed.end({ person })
  expect(await statusOf(call(next, runtime))).toBe(202)
})

it('a consent that stands gives no value where the check of the route refuses, and no more scopes than it has [ACCESS-3, R11-191]', async () => {
  const { resource, net, agent, page, ask, poll } = await interactionScene()
  const { code, location } = await ask()
  const { handle } = await page.redeemCode(code, { person })
  await page.complete(handle, { person, scopes: ['notes.read'] })
  await poll(location)
  const call = async (requirement: AnyRequirement, scope: string): Promise<Auth> => {
    const token = await agent.agentToken()
    const message = await agent.sign(`${net.resource}/notes`, { headers: capable }, { token })
    const asked = requireInteraction(resource, requirement as never, {
      scope,
      ...(requirement.sessions !== true && { consentOf: () => undefined }),
    }) as AnyRequirement
    return authorize(resource, toSignedRequest(message), asked as never)
  }
  const route: AnyRequirement = { name: 'notes.read', accept: ['agent-token'], sessions: true }
  const seen: (readonly string[])[] = []
  const check = (auth: Auth): boolean => {
    seen.push(auth.scopes)
    return false
  }
  await expect(call({ ...route, check }, 'notes.read')).rejects.toMatchObject({ code: 'access_denied' })
  expect(seen).toEqual([['notes.read']])
  await expect(call(route, 'notes.write')).rejects.toMatchObject({ code: 'pending' })
  expect((await call(route, 'notes.read')).scopes).toEqual(['notes.read'])
  // Only routes that take sessions do so.
  await expect(call({ ...route, sessions: false }, 'notes.read')).rejects.toMatchObject({ code: 'pending' })
})

it('resource.managed.end() counts consents and requests, and not what leads to them', async () => {
  const { resource, page, ask, poll } = await interactionScene()
  const first = await ask()
  await ask()
  const { handle } = await page.redeemCode(first.code, { person })
  await page.complete(handle, { person })
  // The consent, and the request whose agent was not told.
  expect(await resource.managed.end({ person })).toBe(2)
  expect((await poll(first.location)).status).toBe(403)
  const again = await ask()
  const arrived = await page.redeemCode(again.code, { person })
  await page.complete(arrived.handle, { person })
  expect((await poll(again.location)).status).toBe(200)
  expect(await resource.managed.end({ person })).toBe(1)
  expect(await resource.managed.end({ person })).toBe(0)
})

it('resource.managed.end() does not count what only leads to a consent or a request, nor ends it twice', async () => {
  const { resource, agent, net, page, ask, poll } = await interactionScene()
  const token = await agent.agentToken()
  const message = await agent.sign(`${net.resource}/notes`, {}, { token })
  const auth = await authorize(resource, toSignedRequest(message), { accept: 'agent-token' })
  const { code, location } = await ask({ token })
  const { handle } = await page.redeemCode(code, { person })
  await page.complete(handle, { person })
  expect((await poll(location, { token })).headers).toHaveProperty('aauth-access')
  await ask({ token })
  const owner = await ownerId(ownerOf(resource.issuer, auth))
  expect([await resource.managed.end({ owner }), await resource.managed.end({ owner })]).toEqual([2, 0])
})
