import { type AnyRequirement, type Auth, authorize, isAAuthError } from '@aauth-guard/core'
import { accessFieldsFor } from '@aauth-guard/core/adapter'
import { requireInteraction } from '@aauth-guard/core/managed'
import { capable, interactionScene } from '@aauth-guard/fixtures/interaction'
import { toSignedRequest } from '@aauth-guard/testing'
import { expect, it } from 'vitest'

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
  expect((await call(value)).session).toMatchObject({ person })

  const runtime = await net.agent({ runtime: 'second' })
  const resumed = await call(undefined, runtime)
  const next = accessFieldsFor(resumed).find(([name]) => name === 'aauth-access')?.[1]
  expect((await call(next, runtime)).scopes).toEqual(['notes.read'])
  expect(await statusOf(call(value, runtime))).toBe(200)
  expect(await statusOf(call(value, await net.agent({ name: 'thief' })))).toBe(202)
  await resource.managed.end({ person })
  expect(await statusOf(call(next, runtime))).toBe(202)
})
