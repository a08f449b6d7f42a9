import {
  type AAuthError,
  type Auth,
  alternativeCredential,
  answer,
  authorize,
  createResource,
  isAAuthError,
  personKey,
  type Stores,
  stepUp,
} from '@aauth-guard/core'
import {
  type ConsentSummary,
  createConsent,
  findStandingConsent,
  grantSession,
  managedAccess,
  narrowConsent,
} from '@aauth-guard/core/managed'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { s256 } from './owners.ts'
import { makeSessions, open, openBefore, read, scopes, sealingKeys } from './session-scene.ts'

const approver = 'https://ps.example'

const refused = async (outcome: Promise<unknown>): Promise<AAuthError> => {
  const error = await outcome.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isAAuthError(error)) return error
  throw error ?? new Error('the call was accepted')
}

/** The route's challenge to an agent token that has no session: an auth token, for which it gets a person token first. */
const challenges = ['person_token_required', 'auth_token_required']
const expectChallenge = async (outcome: Promise<unknown>): Promise<void> => {
  const { code, status } = await refused(outcome)
  expect(challenges).toContain(code)
  expect(status).toBe(401)
}

const places: readonly (readonly [string, () => Stores])[] = [
  ['in memory', () => ({})],
  ['in shared stores', () => makeSharedStores().stores],
]

describe.each(places)('a session %s', (_, makeStores) => {
  it.each([['mission-header'], ['person-token']] as const)(
    'grants an agent what the person agreed to, in generation %s [R11-191, R11-192, ACCESS-1]',
    async (generation) => {
      const scene = await makeSessions({ stores: makeStores(), generations: [generation] })
      const { id, value } = await scene.consented(undefined, { requirement: openBefore })
      expect(value).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(value.length).toBeLessThanOrEqual(2048)
      const auth = await scene.use(value, { requirement: { ...openBefore, scope: 'notes.read' } as never })
      expect(auth).toMatchObject({ type: 'agent-token', scopes: ['notes.read'] })
      expect(auth.session).toEqual({ consent: id, person: 'alice', exp: expect.any(Number) })
      expect(JSON.stringify(auth)).not.toContain(value)
    },
  )

  it('grants a person token what the person agreed to [R11-191]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const token = await scene.agent.personToken()
    const { value } = await scene.consented(token)
    const auth = await scene.use(value, { token })
    expect(auth).toMatchObject({ type: 'person-token', scopes: ['notes.read'] })
    expect(personKey(auth)).toBeDefined()
  })

  it('of agent A is ignored when agent B presents it, whatever B is [M19, X17, ACCESS-3, R11-195]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const { value } = await scene.consented()
    const other = await scene.net.agent({ name: 'thief' })
    const runtime = await scene.net.agent({ runtime: 'second' })
    await expectChallenge(scene.use(value, { agent: other, token: await other.agentToken() }))
    await expectChallenge(scene.use(value, { token: await scene.agent.personToken() }))
    // The same agent with another key.
    await expectChallenge(scene.use(value, { agent: runtime, token: await runtime.agentToken() }))
    expect(await scene.use(value)).toMatchObject({ session: { person: 'alice' } })
  })

  it('is bound to the mission under which it was given [X17, ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const under = await scene.agent.personToken({ mission: s256 })
    const without = await scene.agent.personToken()
    const { value } = await scene.consented(under)
    await expectChallenge(scene.use(value, { token: without }))
    await expectChallenge(
      scene.use(value, { token: await scene.agent.personToken({ sub: 'bob', mission: s256 }) }),
    )
    expect(await scene.use(value, { token: under })).toMatchObject({ mission: { s256 } })
    const other = await scene.consented(without)
    await expectChallenge(scene.use(other.value, { token: under }))
  })

  it('ends with its mission [X17, ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const under = await scene.agent.personToken({ mission: s256 })
    const { value } = await scene.consented(under)
    await scene.resource.managed.end({ mission: { approver, s256 } })
    await expectChallenge(scene.use(value, { token: under }))
  })

  it.each<[string, (id: string) => object]>([
    ['consent', (id) => ({ consent: id })],
    ['person', () => ({ person: 'alice' })],
  ])('ends at once for a %s that the operator ends [ACCESS-4, R11-197]', async (_, select) => {
    const scene = await makeSessions({ stores: makeStores() })
    const { id, value } = await scene.consented()
    await scene.use(value)
    expect(await scene.resource.managed.end(select(id) as never)).toBe(1)
    await expectChallenge(scene.use(value))
  })

  it('ends with the token beside which it was given, even beside a newer token [R11-284, R11-197, ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const before = await scene.use(undefined, { requirement: open })
    const { id } = await scene.consented()
    const newer = await scene.agent.agentToken()
    const given = await scene.use(undefined, { token: newer, requirement: open })
    const value = (await grantSession(scene.resource, given, id)) as string
    const newest = await scene.agent.agentToken()
    expect(await scene.use(value, { token: newest })).toMatchObject({ session: { consent: id } })
    // The value was given beside `newer`; the consent beside another token, which stays good.
    expect(before.jti).not.toBe(given.jti)
    await scene.resource.revoke(given)
    await expectChallenge(scene.use(value, { token: newest }))
    expect(
      await findStandingConsent(
        scene.resource,
        await scene.use(undefined, { token: newest, requirement: open }),
      ),
    ).toMatchObject({ id })
  })

  it('ends with the token under which the person agreed, if that is revoked [R11-284]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const { value } = await scene.consented()
    const auth = await scene.use(value)
    const newest = await scene.agent.agentToken()
    const renewedBy = await scene.use(value, { token: newest })
    const rolled = scene.renewed(renewedBy) as string
    await scene.resource.revoke(auth)
    for (const one of [value, rolled]) await expectChallenge(scene.use(one, { token: newest }))
  })

  it('ends when its issuer is purged [ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const { value } = await scene.consented()
    const { iss } = await scene.use(value)
    scene.net.clock.advance(2)
    await scene.resource.purgeIssuer(iss)
    await expectChallenge(scene.use(value, { token: await scene.agent.agentToken() }))
  })

  it('that is unknown or sealed by another key is ignored [ACCESS-7, R11-197]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const { value } = await scene.consented()
    const long = await scene.agent.agentToken({ lifetime: 20_000 })
    const elsewhere = await makeSessions({
      managed: managedAccess({
        sealingKeys: [{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 7) }],
      }),
    })
    const foreign = await elsewhere.consented(long)
    const changed = `${value.slice(0, -4)}${value.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
    for (const one of ['x', 'AAAA', changed, `${value}=`, foreign.value])
      await expectChallenge(scene.use(one))
  })

  it('lasts an hour, and no longer than its token and its consent [R11-284, R11-197, ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const now = scene.net.clock.now()
    const cases: [number, number, number][] = [
      [7200, 28_800, 3600],
      [600, 28_800, 600],
      [7200, 120, 120],
    ]
    for (const [lifetime, consent, expected] of cases) {
      const token = await scene.agent.agentToken({ lifetime })
      const { value } = await scene.consented(token, {}, { lifetime: consent })
      expect((await scene.use(value, { token })).session?.exp).toBe(now + expected)
    }
  })

  it('counts for no longer than its consent, which no value can outlast [ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const token = await scene.agent.agentToken({ lifetime: 3600 })
    const { value } = await scene.consented(token, {}, { lifetime: 60 })
    scene.net.clock.advance(59)
    await scene.use(value, { token })
    scene.net.clock.advance(1)
    await expectChallenge(scene.use(value, { token }))
  })

  it('does not add its scopes to those of an auth token [ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const person = await scene.agent.personToken({ sub: 'alice' })
    const { value } = await scene.consented(person)
    const token = await scene.agent.authToken({
      sub: 'alice',
      scope: 'notes.write',
      generation: 'person-token',
    })
    expect((await refused(scene.use(value, { token }))).code).toBe('auth_token_required')
    const auth = await scene.use(value, { token, requirement: open })
    expect(auth).toMatchObject({ type: 'auth-token', scopes: ['notes.write'] })
    expect(auth.session).toBeUndefined()
  })

  it('loses the scopes that are taken from its consent, and gets none that it did not have [ACCESS-4]', async () => {
    const scene = await makeSessions({ stores: makeStores() })
    const { id, value } = await scene.consented(undefined, {}, { scope: ['notes.read', 'notes.write'] })
    expect((await scene.use(value)).scopes).toEqual(['notes.read', 'notes.write'])
    expect(await narrowConsent(scene.resource, id, ['notes.write', 'notes.admin'])).toMatchObject({
      scopes: ['notes.write'],
    })
    await expectChallenge(scene.use(value))
    expect((await scene.use(value, { requirement: open })).scopes).toEqual(['notes.write'])
    await scene.resource.managed.end({ consent: id })
    expect(await narrowConsent(scene.resource, id, 'notes.read')).toBeUndefined()
  })

  it.each([
    [20, 'resolved'],
    [Number.POSITIVE_INFINITY, 'server_error'],
  ])(
    'that the agent changes %d times meanwhile is narrowed, or the caller learns that it is not',
    async (times, outcome) => {
      const { stores } = makeSharedStores()
      const { records } = stores
      let conflicts = 0
      const contended: Stores['records'] = {
        durable: records.durable,
        create: (entry) => records.create(entry),
        find: (key) => records.find(key),
        end: (tag) => records.end(tag),
        list: (list) => records.list(list),
        replace(change) {
          if (conflicts === 0) return records.replace(change)
          conflicts -= 1
          return 'conflict'
        },
      }
      const { resource, consented, use } = await makeSessions({ stores: { records: contended } })
      const { id, value } = await consented(undefined, {}, { scope: ['notes.read', 'notes.write'] })
      conflicts = times
      const settled = await narrowConsent(resource, id, 'notes.read').then(
        () => 'resolved',
        ({ code }) => code,
      )
      conflicts = 0
      expect(settled).toBe(outcome)
      const { scopes: granted } = await use(value)
      expect(granted).toEqual(outcome === 'resolved' ? ['notes.read'] : ['notes.read', 'notes.write'])
    },
  )

  it('that cannot be looked up is answered with 503 [ACCESS-4]', async () => {
    const shared = makeSharedStores()
    const scene = await makeSessions({ stores: shared.stores })
    const { value } = await scene.consented()
    shared.fail(['records'], new Error('down'))
    expect((await refused(scene.use(value))).status).toBe(503)
    // Without a value there is nothing to look up.
    await expectChallenge(scene.use(undefined))
  })
})

it('a value of another owner with the same key is ignored without a look at the store [ACCESS-3]', async () => {
  const shared = makeSharedStores()
  const scene = await makeSessions({ stores: shared.stores })
  const { value } = await scene.consented(await scene.agent.personToken({ sub: 'bob' }))
  const before = shared.sent().filter((call) => call === 'records.find').length
  await expectChallenge(scene.use(value))
  expect(shared.sent().filter((call) => call === 'records.find')).toHaveLength(before)
})

describe('the time of a session', () => {
  it('is over after an hour, whatever the agent holds then [ACCESS-7, R11-197]', async () => {
    const scene = await makeSessions()
    const token = await scene.agent.agentToken({ lifetime: 20_000 })
    const { value } = await scene.consented(token)
    scene.net.clock.advance(3599)
    await scene.use(value, { token })
    scene.net.clock.advance(1)
    await expectChallenge(scene.use(value, { token }))
  })
})

describe('the scopes of a session', () => {
  it('are those that the resource still describes [ACCESS-4]', async () => {
    const { stores } = makeSharedStores()
    const scene = await makeSessions({ stores })
    const { value } = await scene.consented(undefined, {}, { scope: ['notes.read', 'notes.write'] })
    const fewer = await makeSessions({ stores, scopes: { 'notes.read': 'Read' } })
    expect((await fewer.use(value)).scopes).toEqual(['notes.read'])
  })
})

describe('the credential of a session', () => {
  it.each(['AAuth a b', 'AAuth', 'AAuth ', 'AAuth a,b', 'aauth "x"', 'AAuth  a b', 'AAuth é'])(
    'that is malformed, as %j, is refused with 400 [M18, ACCESS-1, R11-193]',
    async (authorization) => {
      const scene = await makeSessions()
      const error = await refused(scene.use(undefined, { authorization }))
      expect([error.status, error.code]).toEqual([400, 'invalid_request'])
    },
  )

  it.each(['aauth', 'AAUTH', 'AAuth'])('is of the scheme %s, in any case [M18]', async (scheme) => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    expect(await scene.use(value, { authorization: `${scheme} ${value}` })).toMatchObject({
      session: { person: 'alice' },
    })
  })

  it('as Bearer is not a session [M18]', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    await expectChallenge(scene.use(value, { authorization: `Bearer ${value}` }))
  })

  it('without a signature that covers it is refused with its name [M17, ACCESS-2, R11-194]', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    const message = await scene.agent.sign('https://notes.example/notes', {}, { token: scene.token })
    const headers = [...message.headers, ['authorization', `AAuth ${value}`] as const]
    const request = toSignedRequest({ ...message, headers })
    const error = await refused(authorize(scene.resource, request, read as never))
    expect(error.code).toBe('invalid_input')
    expect(error.headers['signature-error']).toContain('"authorization"')
  })

  it('without any signature is challenged as a request without it [ACCESS-2, R11-194]', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    const plain = (headers: Record<string, string>) =>
      authorize(
        scene.resource,
        {
          method: 'GET',
          target: '/notes',
          header: (name) => (headers[name] === undefined ? [] : [headers[name]]),
          body: new Uint8Array(),
        },
        read as never,
      )
    const host = 'notes.example'
    const bearer = await refused(plain({ host, authorization: `AAuth ${value}` }))
    const bare = await refused(plain({ host }))
    expect([bearer.status, bearer.code, bearer.headers]).toEqual([401, bare.code, bare.headers])
  })
})

describe('a new value', () => {
  it('is given when the agent has a new token, and the old one works 60 seconds more [ACCESS-5, R11-196]', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented(await scene.agent.agentToken({ lifetime: 1800 }))
    const token = await scene.agent.agentToken({ lifetime: 7200 })
    const first = await scene.use(value, { token })
    const next = scene.renewed(first) as string
    expect(next).toMatch(/^[\w-]+$/)
    expect(next).not.toBe(value)
    // One value of a generation is replaced once.
    expect(scene.renewed(await scene.use(value, { token }))).toBeUndefined()
    expect((await scene.use(next, { token })).session?.exp).toBe(scene.net.clock.now() + 3600)
    expect(scene.renewed(await scene.use(next, { token }))).toBeUndefined()
    scene.net.clock.advance(59)
    await scene.use(value, { token })
    scene.net.clock.advance(1)
    await expectChallenge(scene.use(value, { token }))
    await scene.use(next, { token })
  })

  it('is given half an hour before the old one expires [ACCESS-5, R11-196]', async () => {
    const scene = await makeSessions()
    const token = await scene.agent.agentToken({ lifetime: 20_000 })
    const { value } = await scene.consented(token)
    scene.net.clock.advance(1800)
    expect(scene.renewed(await scene.use(value, { token }))).toBeUndefined()
    scene.net.clock.advance(1)
    expect(scene.renewed(await scene.use(value, { token }))).toMatch(/^[\w-]+$/)
  })

  it('is not given where it would not last longer [ACCESS-5]', async () => {
    const scene = await makeSessions()
    const long = await scene.agent.agentToken({ lifetime: 3600 })
    const { value } = await scene.consented(long)
    const short = await scene.agent.agentToken({ lifetime: 300 })
    expect(scene.renewed(await scene.use(value, { token: short }))).toBeUndefined()
  })

  it('is given once to two requests at the same time [ACCESS-6]', async () => {
    const scene = await makeSessions({ stores: makeSharedStores().stores })
    const { value } = await scene.consented(await scene.agent.agentToken({ lifetime: 1800 }))
    const token = await scene.agent.agentToken({ lifetime: 7200 })
    const both = await Promise.all([scene.use(value, { token }), scene.use(value, { token })])
    expect(both.map((auth) => scene.renewed(auth)).filter((one) => one !== undefined)).toHaveLength(1)
  })

  it('is not necessary for the request: it succeeds without when the store refuses changes [ACCESS-5]', async () => {
    const shared = makeSharedStores()
    const { records } = shared.stores
    const broken = {
      ...records,
      now: undefined,
      durable: false,
      create: records.create.bind(records),
      find: records.find.bind(records),
      end: records.end.bind(records),
      replace: records.replace.bind(records),
    }
    const { now: _, ...store } = broken
    const scene = await makeSessions({ stores: { records: store } })
    const { value } = await scene.consented(await scene.agent.agentToken({ lifetime: 1800 }))
    store.replace = () => Promise.reject(new Error('read only'))
    const auth = await scene.use(value, { token: await scene.agent.agentToken({ lifetime: 7200 }) })
    expect(scene.renewed(auth)).toBeUndefined()
  })
})

describe('a consent', () => {
  it('stands for the same agent with another key, which gets a session of its own [ACCESS-3]', async () => {
    const scene = await makeSessions()
    const { id, value } = await scene.consented()
    const agent = await scene.net.agent({ runtime: 'second' })
    const token = await agent.agentToken()
    const auth = await scene.use(undefined, { agent, token, requirement: open })
    expect(await findStandingConsent(scene.resource, auth)).toMatchObject({ id, person: 'alice' })
    const second = (await grantSession(scene.resource, auth, id)) as string
    expect(await scene.use(second, { agent, token })).toMatchObject({ session: { consent: id } })
    await scene.use(value)
    await expectChallenge(scene.use(second))
  })

  it('of one agent gives another agent nothing [X17, ACCESS-3]', async () => {
    const scene = await makeSessions()
    const { id } = await scene.consented()
    const agent = await scene.net.agent({ name: 'thief' })
    const auth = await scene.use(undefined, { agent, token: await agent.agentToken(), requirement: open })
    expect(await findStandingConsent(scene.resource, auth)).toBeUndefined()
    expect(await grantSession(scene.resource, auth, id)).toBeUndefined()
    expect(scene.renewed(auth)).toBeUndefined()
  })

  it('ends when the same person agrees again', async () => {
    const scene = await makeSessions()
    const first = await scene.consented(undefined, {}, { scope: ['notes.read', 'notes.write'] })
    const second = await scene.consented()
    await expectChallenge(scene.use(first.value))
    expect((await scene.use(second.value)).scopes).toEqual(['notes.read'])
  })

  it('of two persons for one agent is not found by its owner, and each session is of its own person', async () => {
    const scene = await makeSessions()
    const alice = await scene.consented()
    const bob = await scene.consented(undefined, {}, { person: 'bob' })
    const auth = await scene.use(undefined, { requirement: open })
    expect(await findStandingConsent(scene.resource, auth)).toBeUndefined()
    // The last value that the key was given for each consent.
    expect((await scene.use(alice.value)).session?.person).toBe('alice')
    expect((await scene.use(bob.value)).session?.person).toBe('bob')
  })

  it('of one of two persons is found again once that of the other has ended', async () => {
    const scene = await makeSessions()
    const alice = await scene.consented()
    const bob = await scene.consented(undefined, {}, { person: 'bob' })
    const auth = await scene.use(undefined, { requirement: open })
    await scene.resource.managed.end({ consent: bob.id })
    expect(await findStandingConsent(scene.resource, auth)).toMatchObject({ id: alice.id })
    await scene.resource.managed.end({ consent: alice.id })
    const carol = await scene.consented(undefined, {}, { person: 'carol' })
    expect(await findStandingConsent(scene.resource, auth)).toMatchObject({ id: carol.id })
  })

  it('of more persons than are remembered is found for none of them', async () => {
    const scene = await makeSessions()
    for (const person of ['a', 'b', 'c', 'd', 'e', 'f']) await scene.consented(undefined, {}, { person })
    const auth = await scene.use(undefined, { requirement: open })
    expect(await findStandingConsent(scene.resource, auth)).toBeUndefined()
  })

  it('takes the place of one whose sealing key was taken out', async () => {
    const { stores } = makeSharedStores()
    const scene = await makeSessions({ stores })
    await scene.consented()
    const next = { ...sealingKeys[0], kid: 'b' } as (typeof sealingKeys)[number]
    const resource = createResource({
      issuer: scene.net.resource,
      trust: 'any',
      fetch: scene.net.fetch,
      now: scene.net.clock.now,
      scopes: { 'notes.read': 'Read your notes' },
      managed: managedAccess({ sealingKeys: [next] }),
      stores,
    })
    const auth = await scene.use(undefined, { requirement: open, resource })
    expect(await findStandingConsent(resource, auth)).toBeUndefined()
    const { id } = await scene.consented(undefined, { resource })
    expect(await findStandingConsent(resource, auth)).toMatchObject({ id })
  })

  it('names the owner that ends it', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    const auth = await scene.use(value)
    const { owner } = (await findStandingConsent(scene.resource, auth)) as ConsentSummary
    expect(await scene.resource.managed.end({ owner })).toBe(1)
    await expectChallenge(scene.use(value))
  })

  it('that was ended does not stand, and can be given again', async () => {
    const scene = await makeSessions()
    const { id } = await scene.consented()
    const auth = await scene.use(undefined, { requirement: open })
    await scene.resource.managed.end({ consent: id })
    expect(await findStandingConsent(scene.resource, auth)).toBeUndefined()
    const again = await scene.consented()
    expect(await findStandingConsent(scene.resource, auth)).toMatchObject({ id: again.id })
    await scene.use(again.value)
  })

  it('given beside a token that was revoked meanwhile is refused [R11-284]', async () => {
    const scene = await makeSessions()
    const auth = await scene.use(undefined, { requirement: open })
    await scene.resource.revoke(auth)
    const error = await refused(createConsent(scene.resource, auth, { person: 'alice', scope: 'notes.read' }))
    expect(error.code).toBe('revoked_jwt')
    const other = await scene.use(undefined, { token: await scene.agent.agentToken(), requirement: open })
    expect(await findStandingConsent(scene.resource, other)).toBeUndefined()
  })

  it.each<[object, RegExp]>([
    [{ person: '' }, /^"person" is "": pass/],
    [{ scope: 'notes.raed' }, /did you mean "notes.read"/],
    [{ scope: [] }, /^"scope" of createConsent is empty/],
    [{ lifetime: 59 }, /^"lifetime" is 59/],
    [{ lifetime: 86_401 }, /^"lifetime" is 86401/],
    [{ data: 'é'.repeat(32_769) }, /^"data" of a consent is not a string, or has more than 65536 octets/],
    [{ end: 5 }, /^"end" is not an option of createConsent/],
  ])('is refused with wrong options: %#', async (options, message) => {
    const scene = await makeSessions()
    const auth = await scene.use(undefined, { requirement: open })
    const given = { person: 'alice', scope: 'notes.read', ...options }
    await expect(createConsent(scene.resource, auth, given as never)).rejects.toThrow(message)
  })

  it('is refused to an auth token, to routes without sessions and to other resources', async () => {
    const scene = await makeSessions()
    const auth = await scene.use(undefined, { token: await scene.agent.authToken({ scope: 'notes.read' }) })
    const given = { person: 'alice', scope: 'notes.read' } as const
    await expect(createConsent(scene.resource, auth, given)).rejects.toThrow(/grants by itself/)
    const plain = await scene.use(undefined, { requirement: { accept: 'agent-token' } })
    const { id } = await createConsent(scene.resource, plain, given)
    await expect(grantSession(scene.resource, plain, id)).rejects.toThrow(/add sessions: true/)
    await expect(createConsent(scene.another(), plain, given)).rejects.toThrow(/another resource/)
  })
})

describe('what changes while a request is decided', () => {
  it('counts: a consent that was ended during a slow check is refused [ACCESS-4]', async () => {
    const scene = await makeSessions()
    const { id, value } = await scene.consented()
    const clock = stopMonotonicClock()
    const check = async ({ session }: Auth): Promise<boolean> => {
      expect(session?.consent).toBe(id)
      await scene.resource.managed.end({ consent: id })
      // The answers of the stores count for a second.
      clock.advance(1000)
      return true
    }
    await expectChallenge(scene.use(value, { requirement: { ...read, check } as never }))
  })

  it('is decided by each guard anew: a guard without sessions does not see one', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    const message = await scene.agent.sign(
      'https://notes.example/notes',
      { headers: { authorization: `AAuth ${value}` } },
      { token: scene.token },
    )
    const request = toSignedRequest(message)
    const plain = await authorize(scene.resource, request, { accept: 'agent-token' })
    expect([plain.session, plain.scopes]).toEqual([undefined, []])
    expect(await authorize(scene.resource, request, read as never)).toMatchObject({
      session: { person: 'alice' },
    })
    const again = await authorize(scene.resource, request, { accept: 'agent-token' })
    expect(again.session).toBeUndefined()
  })

  it('can be more: stepUp behind a session asks for an auth token', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    const auth = await scene.use(value)
    const stepped = async (): Promise<never> => stepUp(scene.resource, auth, { scope: 'notes.write' })
    const { status, headers } = await answer(await refused(stepped()))
    expect(status).toBe(401)
    expect(headers['aauth-requirement']).toContain('requirement=')
  })
})

describe('a requirement with sessions', () => {
  it.each<[object, RegExp]>([
    [{ sessions: true }, /^"sessions" is set, but a session needs another token/],
    [{ sessions: 'yes', accept: 'agent-token' }, /^"sessions" is "yes": write true or false/],
    [
      { sessions: true, accept: 'agent-token', scope: 'notes.read' },
      /^"scope" is set, but only auth tokens grant scopes/,
    ],
    [
      { accept: ['agent-token', 'auth-token'], scope: 'notes.read' },
      /^"scope" is set, but only auth tokens grant scopes/,
    ],
  ])('is refused as %j', async (requirement, message) => {
    const scene = await makeSessions()
    await expect(scene.use(undefined, { requirement: requirement as never })).rejects.toThrow(message)
  })

  it('is refused beside another credential, whose callers get no consent and no session either', async () => {
    const scene = await makeSessions()
    const alternative = alternativeCredential({
      when: { header: 'x-api-key' },
      check: () => ({ id: 'somebody', scopes: ['notes.read'] }),
      challenge: 'ApiKey',
    })
    await expect(scene.use(undefined, { requirement: { ...open, alternative } as never })).rejects.toThrow(
      /^"sessions" is set beside "alternative"/,
    )
    const header = (name: string): string[] =>
      name === 'x-api-key' ? ['key'] : name === 'host' ? ['notes.example'] : []
    const request = { method: 'GET', target: '/notes', header }
    const { sessions: _, ...others } = open
    const requirement = { ...others, alternative }
    const other = await authorize(scene.resource, request as never, requirement as never)
    expect(other).toMatchObject({ type: 'other', id: 'somebody' })
    const given = { person: 'alice', scope: 'notes.read' }
    await expect(createConsent(scene.resource, other as never, given)).rejects.toThrow(TypeError)
    await expect(grantSession(scene.resource, other as never, 'an-id')).rejects.toThrow(TypeError)
  })

  it('is refused without managed access', async () => {
    const scene = await makeSessions()
    const world = await makeWorld({ scopes, defaultScope: 'notes.read' })
    await expect(world.call(scene.token, { requirement: open })).rejects.toThrow(
      /^"sessions" is set, but the resource has none/,
    )
  })
})
