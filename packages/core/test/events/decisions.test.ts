import {
  AAuthError,
  answer,
  authorize,
  createResource,
  type DecisionEvent,
  isAAuthError,
  type ResourceOptions,
  type SignedRequest,
  stepUp,
} from '@aauth-guard/core'
import { answerRoutes, bindContent } from '@aauth-guard/core/adapter'
import { assertGrant, missionGrant } from '@aauth-guard/core/missions'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it, vi } from 'vitest'

const key = new Uint8Array(32).fill(7)

async function listening(
  options: Partial<ResourceOptions> = {},
): Promise<World & { events: DecisionEvent[] }> {
  const events: DecisionEvent[] = []
  const world = await makeWorld({
    replay: 'off',
    onDecision: (event) => events.push(event),
    ...options,
  })
  return { ...world, events }
}

describe('the event of a decision', () => {
  it('says of an accepted request who called, with which token, and on which route', async () => {
    const { agent, net, call, events } = await listening({ observe: { personHashKey: key } })
    const { mission } = {
      mission: await net.personServer.missions.begin(agent, { description: 'Sort notes' }),
    }
    const token = await agent.authToken({ scope: 'access', mission: mission.s256 })
    const auth = await call(token, {
      url: 'https://notes.example/notes?secret=1',
      requirement: { name: 'notes.read' },
    })
    expect(events).toHaveLength(1)
    const [event] = events as [DecisionEvent]
    expect(event).toMatchObject({
      type: 'aauth.decision.v1',
      seq: 1,
      step: 1,
      point: 'guard',
      credential: 'aauth',
      outcome: 'accepted',
      requirement: 'notes.read',
      method: 'GET',
      path: '/notes',
      generation: 'person-token',
      kind: 'auth-token',
      issuer: 'https://ps.example',
      personScope: 'fleet',
      mission: auth.mission,
      thumbprint: auth.thumbprint,
      jti: auth.jti,
      exp: auth.exp,
      covered: ['@method', '@authority', '@path', 'signature-key'],
    })
    expect(Object.keys(event.duration)).toEqual(['read', 'verify', 'mission', 'requirement', 'total'])
    expect(event.call_id).toMatch(/^[\w-]{43}$/)
    expect(Object.isFrozen(event)).toBe(true)
  })

  it.each<[string, Partial<ResourceOptions>, RegExp]>([
    ['by a hash with the key of the fleet', { observe: { personHashKey: key } }, /^[\w-]{43}$/],
    ['by a hash with a key of the process', {}, /^[\w-]{43}$/],
    ['by issuer and subject with rawPersons', { observe: { rawPersons: true } }, /person-1/],
  ])('identifies a person %s', async (_, options, name) => {
    const { agent, call, events } = await listening(options)
    await call(await agent.authToken({ scope: 'access' }))
    expect(events[0]?.person).toMatch(name)
  })

  it('identifies a person alike in two processes that share a key, and otherwise not', async () => {
    const names: (string | undefined)[] = []
    for (const observe of [{ personHashKey: key }, { personHashKey: key }, {}, {}]) {
      const { agent, call, events } = await listening({ observe })
      await call(await agent.authToken({ scope: 'access' }))
      names.push(events[0]?.person)
    }
    expect(names[0]).toBe(names[1])
    expect(new Set(names).size).toBe(3)
  })

  it('contains no token, signature, key, body or query, whatever the outcome', async () => {
    const { agent, resource, events } = await listening()
    const token = await agent.authToken({ scope: 'access' })
    for (const mistake of [undefined, 'stale', 'tampered-method'] as const) {
      const message = await agent.sign(
        'https://notes.example/notes?q=hidden',
        { method: 'POST', body: 'the body', headers: { 'content-type': 'text/plain' } },
        { token, digest: true, ...(mistake === 'stale' && { created: 1 }) },
      )
      await authorize(resource, toSignedRequest(message)).catch(() => undefined)
      const text = JSON.stringify(events)
      const signature = message.headers.find(([name]) => name === 'signature')?.[1] as string
      for (const secret of [
        token,
        ...token.split('.'),
        signature,
        signature.slice(5, 30),
        'hidden',
        'the body',
      ])
        expect(text).not.toContain(secret)
      expect(text).not.toContain(agent.key.jwk.x as string)
    }
    expect(events.length).toBe(3)
  })

  it.each([
    ['a request without a credential', undefined, 'challenged', 'invalid_signature'],
    ['an agent token where an auth token is wanted', 'agent', 'challenged', 'person_token_required'],
    ['a stale signature', 'stale', 'refused', 'invalid_signature'],
    ['a store that fails', 'store', 'failed', 'server_error'],
  ])('for %s has its outcome and code', async (_, what, outcome, code) => {
    const stores = {
      revocations: {
        find: () => {
          throw new Error('down')
        },
        add: () => 'recorded' as const,
        purge: () => 0,
      },
    }
    const { agent, net, resource, events } = await listening(what === 'store' ? { stores } : {})
    const token = what === 'agent' ? await agent.agentToken() : await agent.authToken({ scope: 'access' })
    const message =
      what === undefined
        ? undefined
        : await agent.sign(`${net.resource}/notes`, {}, { token, ...(what === 'stale' && { created: 1 }) })
    const unsigned = { method: 'GET', target: '/notes', header: () => [], body: new Uint8Array() }
    await authorize(resource, message ? toSignedRequest(message) : unsigned).catch(() => undefined)
    expect(events.map((event) => [event.outcome, event.code])).toEqual([[outcome, code]])
  })

  it('puts the claims of an unverified token under "claimed", clipped', async () => {
    const { agent, resource, events } = await listening()
    const token = await agent.agentToken()
    const message = await agent.sign('https://notes.example/notes', {}, { token, created: 1 })
    await authorize(resource, toSignedRequest(message)).catch(() => undefined)
    const [event] = events
    expect(event).toMatchObject({ claimed: { issuer: 'https://agent.example', agent: agent.id } })
    expect(event).not.toHaveProperty('issuer')
    expect(event).not.toHaveProperty('agent')
  })

  it('for a request that an optional guard accepts says that its credential was another', async () => {
    const { resource, events } = await listening()
    const unsigned = { method: 'GET', target: '/notes', header: () => [], body: new Uint8Array() }
    await authorize(resource, unsigned, { optional: true })
    expect(events).toMatchObject([{ outcome: 'accepted', credential: 'other' }])
  })
})

describe('the decisions about one request', () => {
  it('share an id and are numbered: two guards, late content, a grant, a step-up', async () => {
    const { agent, net, resource, events } = await listening()
    const mission = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
    const token = await agent.authToken({ scope: 'access', mission: mission.s256 })
    const body = new TextEncoder().encode('{}')
    const message = await agent.sign(
      'https://notes.example/notes',
      { method: 'POST', body },
      { token, digest: true },
    )
    const request = { ...toSignedRequest(message), body: undefined }
    const auth = await authorize(resource, request, {}, { content: 'later' })
    await authorize(resource, request, {}, { content: 'later' })
    await bindContent(auth, async () => body)
    await assertGrant(auth, () => missionGrant(auth), { classPolicy: 'mission-only' })
    try {
      stepUp(resource, auth, { scope: 'access' })
    } catch (error) {
      await answer(error)
    }
    expect(events.map(({ point, step, outcome }) => [point, step, outcome])).toEqual([
      ['guard', 1, 'accepted'],
      ['guard', 2, 'accepted'],
      ['content', 3, 'accepted'],
      ['grant', 4, 'accepted'],
      ['step-up', 5, 'challenged'],
    ])
    expect(new Set(events.map((event) => event.request)).size).toBe(1)
    expect(new Set(events.map((event) => event.process)).size).toBe(1)
  })

  it('are reported once, although a refusal passes through several functions', async () => {
    const { agent, resource, events } = await listening()
    const token = await agent.authToken({ scope: 'access' })
    const body = new TextEncoder().encode('{}')
    const message = await agent.sign(
      'https://notes.example/notes',
      { method: 'POST', body },
      { token, digest: true },
    )
    const auth = await authorize(
      resource,
      { ...toSignedRequest(message), body: undefined },
      {},
      { content: 'later' },
    )
    await bindContent(auth, async () => new TextEncoder().encode('[]')).catch(() => undefined)
    expect(events.map(({ point, outcome }) => [point, outcome])).toEqual([
      ['guard', 'accepted'],
      ['content', 'refused'],
    ])
  })

  it('name no verified caller, and have no evidence, for another method than was verified before [E06]', async () => {
    const { agent, resource, events } = await listening()
    const proved: boolean[] = []
    resource.listen({ onDecision: (_event, _refusal, evidence) => proved.push(evidence() !== undefined) })
    const token = await agent.authToken({ scope: 'access' })
    const message = await agent.sign('https://notes.example/notes', { method: 'POST' }, { token })
    const request = { ...toSignedRequest(message) } as { method: string } & SignedRequest
    for (const method of ['POST', 'DELETE', 'POST']) {
      request.method = method
      await authorize(resource, request).catch(() => undefined)
    }
    expect(
      events.map(({ method, outcome, issuer, claimed }) => [method, outcome, issuer, claimed?.issuer]),
    ).toEqual([
      ['POST', 'accepted', 'https://ps.example', undefined],
      ['DELETE', 'refused', undefined, 'https://ps.example'],
      ['POST', 'accepted', 'https://ps.example', undefined],
    ])
    expect(proved).toEqual([true, false, true])
  })

  it('are told by each guard, and by each resource, although all refuse with one error', async () => {
    const { agent, net, resource, events } = await listening()
    const others: DecisionEvent[] = []
    const other = createResource({
      issuer: net.resource,
      trust: 'any',
      fetch: net.fetch,
      now: net.clock.now,
      replay: 'off',
      onDecision: (event) => others.push(event),
    })
    const denied = new AAuthError('access_denied')
    const check = (): never => {
      throw denied
    }
    const token = await agent.authToken({ scope: 'access' })
    const request = toSignedRequest(await agent.sign('https://notes.example/notes', {}, { token }))
    for (const one of [resource, other, resource])
      await expect(authorize(one, request, { check })).rejects.toBe(denied)
    expect([events, others].map((told) => told.map(({ step, code }) => [step, code]))).toEqual([
      [
        [1, 'access_denied'],
        [2, 'access_denied'],
      ],
      [[1, 'access_denied']],
    ])
  })

  it("include those of the resource's own routes, with the server that called", async () => {
    const { net, resource, events } = await listening()
    const message = await net.personServer.signServer('https://notes.example/aauth/revoke', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jti: 'x', exp: net.clock.now() + 60 }),
    })
    const request = toSignedRequest(message)
    await answerRoutes(resource, request, async () => request.body as Uint8Array)
    expect(events).toMatchObject([{ point: 'route', outcome: 'accepted', issuer: 'https://ps.example' }])
    await answerRoutes(resource, { ...request, method: 'PUT' }, async () => new Uint8Array())
    expect(events[1]).toMatchObject({ point: 'route', outcome: 'refused', status: 405 })
  })
})

describe('a recorder', () => {
  it('is awaited before an accepted request goes on', async () => {
    const order: string[] = []
    const recorder = async (): Promise<void> => {
      await Promise.resolve()
      order.push('recorded')
    }
    const { agent, call } = await listening({ recorder })
    await call(await agent.authToken({ scope: 'access' }))
    order.push('accepted')
    expect(order).toEqual(['recorded', 'accepted'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('that %s turns an acceptance into 503, which listeners receive', async (_, recorder) => {
    const { agent, call, events } = await listening({ recorder })
    const refusal = await call(await agent.authToken({ scope: 'access' })).catch((error: unknown) => error)
    expect(isAAuthError(refusal) && [refusal.code, refusal.status]).toEqual(['server_error', 503])
    expect(events.map(({ outcome }) => outcome)).toEqual(['failed'])
  })

  it('is not called for refusals', async () => {
    const recorder = vi.fn()
    const { agent, refusal } = await listening({ recorder })
    expect((await refusal(await agent.authToken(), { mistake: 'stale' })).code).toBe('invalid_signature')
    expect(recorder).not.toHaveBeenCalled()
  })
})
