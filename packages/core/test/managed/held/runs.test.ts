import { inspect } from 'node:util'
import { AAuthError, alternativeCredential, createResource } from '@aauth-guard/core'
import { hold, managedAccess, requireInteraction, type UnknownOutcome } from '@aauth-guard/core/managed'
import { now } from '@aauth-guard/fixtures/world'
import { type Agent, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { identityOf } from '../../../src/authorize/enforce-requirement.ts'
import { managedStateOf } from '../../../src/managed/managed-state.ts'
import { ownerOf } from '../../../src/managed/owner.ts'
import { openPendingId } from '../../../src/managed/pending-id.ts'
import { verifyAnyToken } from '../../../src/verify/verify-any-token.ts'
import { gate } from '../../missions/watched.ts'
import { makeSharedStores } from '../../stores/shared-stores.ts'
import { makeFleet, quiet } from './fleet.ts'
import { type HeldScene, issuer, makeHeldScene, scopes, sealingKeys } from './scene.ts'

function fail(): never {
  throw new Error('not even this')
}

describe('a call that is run while its process is lost', () => {
  it('still runs for another process until its lease has run out', async () => {
    const { next, location, token, finish, poll } = await makeFleet()
    expect((await next.poll(location, token)).status).toBe(202)
    expect(next.calls).toEqual([])
    finish.open()
    const done = await poll
    expect(await next.poll(location, token)).toEqual(done)
  })

  it('is never run again: its outcome is unknown, and everybody is told', async () => {
    const { next, location, token, told } = await makeFleet()
    next.net.clock.advance(200)
    const { status, body } = await next.poll(location, token)
    expect([status, JSON.parse(body)]).toMatchObject([
      500,
      { error: 'server_error', detail: 'The call was begun, and its outcome is unknown.' },
    ])
    expect((await next.poll(location, token)).status).toBe(500)
    expect(next.calls).toEqual([])
    expect(told).toHaveLength(1)
    const [{ id } = { id: '' }] = told
    expect(told).toMatchObject([
      { route: 'payments.make', method: 'POST', target: '/payments', account: null },
    ])
    expect(next.events.filter(({ type }) => type === 'aauth.held_call_unknown.v1')).toMatchObject([
      { type: 'aauth.held_call_unknown.v1', id, route: 'payments.make', method: 'POST', path: '/payments' },
    ])
  })

  it('is told again if onUnknown fails', async () => {
    quiet()
    let fails = true
    let calls = 0
    const onUnknown = (): void => {
      calls += 1
      if (fails) throw new Error('the pager is down')
    }
    const { next, location, token } = await makeFleet({ onUnknown })
    next.net.clock.advance(200)
    expect((await next.poll(location, token)).status).toBe(500)
    fails = false
    expect((await next.poll(location, token)).status).toBe(500)
    expect((await next.poll(location, token)).status).toBe(500)
    expect(calls).toBe(2)
  })

  it('has the outcome that the operator records, once', async () => {
    const { next, location, token, told } = await makeFleet()
    next.net.clock.advance(200)
    await next.poll(location, token)
    const id = told[0]?.id as string
    expect(await next.route.recordOutcome('A'.repeat(43), { status: 200 })).toBe(false)
    const other = hold(next.resource, { name: 'other', scope: 'notes.read' }, () => ({ status: 200 }))
    expect(await other.recordOutcome(id, { status: 200 })).toBe(false)
    expect(await next.route.recordOutcome(id, { status: 200, body: 'it was paid' })).toBe(true)
    expect(await next.route.recordOutcome(id, { status: 200, body: 'it was not' })).toBe(false)
    expect(await next.poll(location, token)).toMatchObject({ status: 200, body: 'it was paid' })
    expect((await next.poll(location, await next.granted({ claims: { jti: 'another' } }))).status).toBe(410)
  })

  it('has that outcome for a minute at least, although its token has expired', async () => {
    const { next, told } = await makeFleet()
    next.net.clock.advance(5000)
    await next.resource.managed.reportUnknownOutcomes()
    const id = told[0]?.id as string
    expect(await next.route.recordOutcome(id, { status: 200 })).toBe(true)
    const found = await managedStateOf(next.resource).held.records.find(id)
    expect(found?.expires).toBe(next.net.clock.now() + 60)
  })

  it('has the result of its process, if that was only slow', async () => {
    const { next, location, token, finish, poll } = await makeFleet()
    next.net.clock.advance(200)
    expect((await next.poll(location, token)).status).toBe(500)
    finish.open()
    const done = await poll
    expect(done.status).toBe(201)
    expect(await next.poll(location, token)).toEqual(done)
  })

  it('is run again with the same key if it is idempotent', async () => {
    const { lost, next, location, token, told } = await makeFleet({ idempotent: true })
    expect((await next.poll(location, token)).status).toBe(202)
    next.net.clock.advance(200)
    expect((await next.poll(location, await next.person())).status).toBe(202)
    expect((await next.poll(location, token)).status).toBe(201)
    expect(next.calls.map(({ key }) => key)).toEqual(lost.calls.map(({ key }) => key))
    expect(told).toEqual([])
  })

  it.each([true, false])(
    'is left to the processes that have its route (idempotent: %s)',
    async (idempotent) => {
      const { next, records, location, token, told } = await makeFleet(
        { idempotent },
        { requirement: { name: 'other' } },
      )
      const owning = await makeHeldScene({
        stores: { records },
        hold: { idempotent, onUnknown: (outcome) => void told.push(outcome) },
      })
      for (const { net } of [next, owning]) net.clock.advance(200)
      const { status, body } = await next.poll(location, token)
      expect([status, JSON.parse(body).error]).toEqual([403, 'denied'])
      expect((await owning.poll(location, token)).status).toBe(idempotent ? 201 : 500)
      expect(told).toHaveLength(idempotent ? 0 : 1)
    },
  )

  it('is not begun a third time when the first attempt fails while the second one runs', async () => {
    quiet()
    const { records } = makeSharedStores().stores
    const [first, second] = [gate<void>(), gate<void>()]
    const fleet = await Promise.all(
      [first, second, undefined].map((gate) =>
        makeHeldScene({
          stores: { records },
          hold: { idempotent: true },
          run: async () => {
            await gate?.promise
            if (gate === first) throw new Error('the connection was lost')
            return { status: 200, body: 'done' }
          },
        }),
      ),
    )
    const [one, two, three] = fleet as [HeldScene, HeldScene, HeldScene]
    const location = await one.held()
    const token = await one.granted()
    const failing = one.poll(location, token)
    await vi.waitFor(() => expect(one.calls).toHaveLength(1))
    for (const { net } of [two, three]) net.clock.advance(200)
    const running = two.poll(location, token)
    await vi.waitFor(() => expect(two.calls).toHaveLength(1))
    first.open()
    expect((await failing).status).toBe(202)
    expect((await three.poll(location, token)).status).toBe(202)
    second.open()
    expect((await running).body).toBe('done')
    expect(three.calls).toEqual([])
  })

  it('is run again with another auth token of its owner, which is then used up', async () => {
    const { next, location, finish, poll } = await makeFleet({ idempotent: true })
    next.net.clock.advance(200)
    const another = await next.granted({ claims: { jti: 'another' } })
    expect((await next.poll(location, another)).status).toBe(201)
    const other = await next.held({ params: { nonce: 'of another call' } })
    expect((await next.poll(other, another)).status).toBe(202)
    finish.open()
    await poll
    expect(next.calls).toHaveLength(1)
  })
})

describe('a held call', () => {
  it('is running in the store before run is called', async () => {
    const shared = makeSharedStores()
    const seen: string[] = []
    const scene = await makeHeldScene({
      stores: { records: shared.stores.records },
      hold: {},
      run: () => {
        seen.push(...shared.events.filter((event) => event.endsWith('records.replace')))
        return { status: 200 }
      },
    })
    await scene.poll(await scene.held(), await scene.granted())
    expect(seen).toEqual(['sent records.replace', 'answered records.replace'])
  })

  it('does not run if the store fails to say that it runs, and runs at the next poll', async () => {
    const shared = makeSharedStores()
    const scene = await makeHeldScene({ stores: { records: shared.stores.records }, hold: {} })
    const location = await scene.held()
    const { replace } = shared.stores.records
    Object.assign(shared.stores.records, { replace: () => Promise.reject(new Error('down')) })
    expect((await scene.poll(location, await scene.granted())).status).toBe(503)
    expect(scene.calls).toEqual([])
    Object.assign(shared.stores.records, { replace })
    expect((await scene.poll(location, await scene.granted())).status).toBe(201)
  })

  it('runs at the next poll of its process if the store made the change, and failed to say so', async () => {
    const { records } = makeSharedStores().stores
    const [scene, other] = [
      await makeHeldScene({ stores: { records }, hold: {} }),
      await makeHeldScene({ stores: { records: { ...records } }, hold: {} }),
    ]
    const location = await scene.held()
    const token = await scene.granted()
    const { replace } = records
    const failing: typeof replace = async (change) => {
      await replace(change)
      throw new Error('the connection was lost')
    }
    Object.assign(records, { replace: failing })
    expect((await scene.poll(location, token)).status).toBe(503)
    Object.assign(records, { replace })
    // Another process cannot know that it does not run.
    expect((await other.poll(location, token)).status).toBe(202)
    expect((await scene.poll(location, await scene.person())).status).toBe(202)
    // It is not lost when the lease is over either.
    scene.net.clock.advance(200)
    expect((await scene.poll(location, await scene.person())).status).toBe(202)
    expect(await scene.resource.managed.reportUnknownOutcomes()).toBe(0)
    expect((await scene.poll(location, token)).status).toBe(201)
    expect(scene.calls).toHaveLength(1)
    expect(other.calls).toEqual([])
  })

  it('gives its result to the poll that began it, although the store was slow to say that it runs', async () => {
    const { records } = makeSharedStores().stores
    const { find, replace } = records
    const [read, kept] = [gate<void>(), gate<void>()]
    let [finds, replaces] = [0, 0]
    Object.assign(records, {
      // What the poll reads after the call has begun arrives when the call is done.
      find: async (key: Parameters<typeof find>[0]) => {
        if (key.kind === 'held') finds += 1
        const isSlow = key.kind === 'held' && finds === 2
        const found = await find(key)
        if (isSlow) {
          read.open()
          await kept.promise
        }
        return found
      },
      replace: async (change: Parameters<typeof replace>[0]) => {
        replaces += 1
        const verdict = await replace(change)
        if (replaces === 2) setTimeout(() => kept.open())
        return verdict
      },
    })
    const run = async () => {
      await read.promise
      return { status: 201 }
    }
    const scene = await makeHeldScene({ stores: { records }, hold: {}, run })
    expect((await scene.poll(await scene.held(), await scene.granted())).status).toBe(201)
    expect([finds > 2, replaces]).toEqual([true, 2])
  })

  it('of another owner is not found, even by whoever has its id', async () => {
    const scene = await makeHeldScene()
    const location = await scene.held()
    const { held, sealer, state } = managedStateOf(scene.resource)
    const other = await scene.net.agent({ name: 'other' })
    const verifiedOf = async (agent: Agent) => {
      const token = await agent.authToken({ scope: 'payments.make' })
      const message = await agent.sign(location, {}, { token, params: { nonce: agent.id } })
      const request = toSignedRequest(message)
      const verified = await verifyAnyToken(state, request, 'person-token')
      return { request, verified, owner: ownerOf(issuer, identityOf(verified, state.defaults)) }
    }
    const mine = await verifiedOf(scene.agent)
    const id = await openPendingId(sealer, location.split('/').at(-1) as string, mine.owner, 'held id')
    if (id === undefined) throw new Error('the id does not open')
    await expect(held.poll({ ...(await verifiedOf(other)), id })).rejects.toMatchObject({ code: 'not_found' })
    expect(scene.calls).toEqual([])
    expect(await held.poll({ ...mine, id })).toMatchObject({ status: 201 })
  })

  it('does not run if its token is revoked while the route decides [DEFER-6]', async () => {
    const scene = await makeHeldScene({
      requirement: {
        check: async ({ iss, jti, exp }) => {
          await scene.resource.revoke({ iss, jti, exp })
          return true
        },
      },
    })
    const location = await scene.held()
    const { status, headers } = await scene.poll(location, await scene.granted())
    expect([status, headers['signature-error']]).toEqual([401, 'error=revoked_jwt'])
    expect(scene.calls).toEqual([])
  })

  it('does not run by a token of an issuer that its route does not trust now [DEFER-6]', async () => {
    const { records } = makeSharedStores().stores
    const before = await makeHeldScene({ stores: { records }, hold: {} })
    const trust = { personServers: ['https://other.example'], agentProviders: 'any' } as const
    const after = await makeHeldScene({ stores: { records }, hold: {}, requirement: { trust } })
    const location = await before.held()
    expect((await after.poll(location, await before.granted())).status).toBe(401)
    expect(after.calls).toEqual([])
  })

  it('runs to its end although nobody waits for it any more', async () => {
    const finish = gate<void>()
    const begun = gate<void>()
    const scene = await makeHeldScene({
      run: async () => {
        begun.open()
        await finish.promise
        return { status: 200, body: 'done' }
      },
    })
    const location = await scene.held()
    const token = await scene.granted()
    const left = scene.poll(location, token)
    await begun.promise
    // Polls with other tokens learn that it runs.
    expect((await scene.poll(location, await scene.person())).status).toBe(202)
    expect((await scene.poll(location, await scene.granted())).status).toBe(202)
    finish.open()
    await left
    expect((await scene.poll(location, token)).body).toBe('done')
    expect(scene.calls).toHaveLength(1)
  })

  it('is waited for up to 20 seconds by a poll, which is then pending', async () => {
    const finish = gate<void>()
    const scene = await makeHeldScene({ run: () => finish.promise.then(() => ({ status: 201 })) })
    const location = await scene.held()
    const token = await scene.granted()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    let answered = 0
    const poll = scene.poll(location, token).finally(() => {
      answered += 1
    })
    while (scene.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(19_000)
    expect(answered).toBe(0)
    while (answered === 0) {
      await vi.advanceTimersByTimeAsync(1000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await poll).status).toBe(202)
    vi.useRealTimers()
    finish.open()
    await vi.waitFor(async () => expect((await scene.poll(location, token)).status).toBe(201))
  })

  it.each([false, true])(
    'whose run throws when nobody waits for it any more is told of (idempotent: %s)',
    async (idempotent) => {
      quiet()
      const told: UnknownOutcome[] = []
      const fail = gate<void>()
      const scene = await makeHeldScene({
        hold: { durability: 'lossy', idempotent, onUnknown: (outcome) => told.push(outcome) },
        run: () => fail.promise.then(() => Promise.reject(new Error('the connection was lost'))),
      })
      const location = await scene.held()
      const { held } = managedStateOf(scene.resource)
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      let answered = 0
      const poll = scene.poll(location, await scene.granted()).finally(() => {
        answered += 1
      })
      while (answered === 0) {
        await vi.advanceTimersByTimeAsync(1000)
        await new Promise((resolve) => setImmediate(resolve))
      }
      vi.useRealTimers()
      expect((await poll).status).toBe(202)
      const [{ key = '' } = {}] = scene.calls
      const run = held.runs.running(key)
      fail.open()
      await run
      const { record } = (await held.records.find(key)) ?? {}
      expect([told.length, record?.state]).toEqual(idempotent ? [0, 'running'] : [1, 'unknown'])
    },
  )

  it('counts against the quota of its owner while it runs', async () => {
    const scene = await makeHeldScene({ run: () => new Promise<never>(() => undefined) })
    for (let i = 0; i < 10; i++) void scene.poll(await scene.held(), await scene.granted())
    await vi.waitFor(() => expect(scene.calls).toHaveLength(10))
    expect((await scene.pay(await scene.person())).status).toBe(429)
  })

  it('reserves the space of its result, so that there is always some for it', async () => {
    const { records } = makeSharedStores().stores
    const reserved: (number | undefined)[] = []
    const { create, replace } = records
    Object.assign(records, {
      create(entry: Parameters<typeof create>[0]) {
        reserved.push(entry.reserved)
        return create(entry)
      },
      replace(change: Parameters<typeof replace>[0]) {
        reserved.push(change.reserved)
        return replace(change)
      },
    })
    const scene = await makeHeldScene({ stores: { records }, hold: { maxResult: 500_000 } })
    await scene.poll(await scene.held(), await scene.granted())
    expect(reserved.map((octets = 0) => octets > 500_000)).toEqual([true, true, false])
  })

  it('has a result without fields that frame a message or belong to the protocol', async () => {
    const dropped = {
      ...{ connection: 'close', 'content-length': '9', 'keep-alive': '5', te: 'trailers', trailer: 'x' },
      ...{ 'transfer-encoding': 'chunked', upgrade: 'x', 'aauth-requirement': 'requirement=auth-token' },
    }
    const run = () => ({ status: 200, headers: { ...dropped, 'x-kept': '1' }, body: 'text' })
    const scene = await makeHeldScene({ run })
    const { headers } = await scene.poll(await scene.held(), await scene.granted())
    expect(headers).toMatchObject({ 'x-kept': '1' })
    expect(Object.keys(headers).filter((name) => name in dropped)).toEqual([])
  })

  it('is run once by 20 polls at the same time, with as many tokens [DEFER-5, R11-181]', async () => {
    const { records } = makeSharedStores().stores
    const fleet = await Promise.all([1, 2, 3, 4].map(() => makeHeldScene({ stores: { records }, hold: {} })))
    const [first] = fleet
    if (first === undefined) throw new Error('no process')
    for (let round = 0; round < 5; round++) {
      const location = await first.held()
      const tokens = await Promise.all(
        fleet.map((_, i) => first.granted({ claims: { jti: `${round} ${i}` } })),
      )
      const answers = await Promise.all(fleet.map((scene, i) => scene.poll(location, tokens[i] as string)))
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    }
    expect(fleet.reduce((sum, { calls }) => sum + calls.length, 0)).toBe(5)
  })

  it('is recorded before it runs, and does not run if it cannot be recorded', async () => {
    quiet()
    const recorded: string[] = []
    let isFull = true
    const scene = await makeHeldScene({
      resource: {
        recorder: ({ point, outcome, method, path, requirement, jti }) => {
          if (isFull) throw new Error('the disk is full')
          recorded.push(`${point} ${outcome} ${method} ${path} ${requirement} ${jti}`)
        },
      },
      run: () => {
        recorded.push('run')
        return { status: 201 }
      },
    })
    const location = await scene.held()
    const token = await scene.granted({ claims: { jti: 'granting' } })
    expect((await scene.poll(location, token)).status).toBe(503)
    expect(scene.calls).toEqual([])
    isFull = false
    expect((await scene.poll(location, token)).status).toBe(201)
    expect(recorded).toEqual([
      'guard accepted POST /payments payments.make granting',
      'run',
      'route accepted GET /aauth/pending/{id} undefined granting',
    ])
    // The same token runs no other call, so nothing is recorded.
    expect((await scene.poll(await scene.held(), token)).status).toBe(202)
    expect(recorded).toHaveLength(3)
  })

  it('whose run throws has an unknown outcome', async () => {
    quiet()
    const told: UnknownOutcome[] = []
    const scene = await makeHeldScene({
      hold: { durability: 'lossy', onUnknown: (outcome) => told.push(outcome) },
      run: () => {
        throw new Error('the connection was lost')
      },
    })
    const location = await scene.held()
    const token = await scene.granted()
    const { status, body } = await scene.poll(location, token)
    expect(status).toBe(500)
    expect(body).not.toContain('connection')
    expect((await scene.poll(location, token)).status).toBe(500)
    expect(scene.calls).toHaveLength(1)
    expect(told).toHaveLength(1)
  })

  it.each([
    ['cannot be logged', () => Object.assign(new Error('lost'), { [inspect.custom]: fail })],
    ['cannot be read', () => new Proxy({}, { get: fail, getPrototypeOf: fail })],
  ])('whose run throws what %s has an unknown outcome as well', async (_, makeThrown) => {
    const told: UnknownOutcome[] = []
    const scene = await makeHeldScene({
      hold: { durability: 'lossy', onUnknown: (outcome) => told.push(outcome) },
      run: () => {
        throw makeThrown()
      },
    })
    expect((await scene.poll(await scene.held(), await scene.granted())).status).toBe(500)
    expect(told).toHaveLength(1)
  })

  it('whose run throws is run again at the next poll if it is idempotent', async () => {
    quiet()
    let fails = true
    const scene = await makeHeldScene({
      hold: { durability: 'lossy', idempotent: true },
      run: () => {
        if (!fails) return { status: 200, body: 'at last' }
        fails = false
        throw new Error('the connection was lost')
      },
    })
    const location = await scene.held()
    const token = await scene.granted()
    expect((await scene.poll(location, token)).body).toBe('at last')
    expect(new Set(scene.calls.map(({ key }) => key)).size).toBe(1)
  })

  it('whose run refuses has that refusal as its result', async () => {
    const scene = await makeHeldScene({
      run: () => {
        throw new AAuthError('access_denied', { hint: 'the limit of the day is reached' })
      },
    })
    const location = await scene.held()
    const token = await scene.granted()
    const first = await scene.poll(location, token)
    expect(first.status).toBe(403)
    expect(await scene.poll(location, token)).toEqual(first)
    expect(scene.calls).toHaveLength(1)
  })

  it.each([1024, 20_000])('whose result has more than %i octets was run, and says so', async (maxResult) => {
    const scene = await makeHeldScene({
      hold: { durability: 'lossy', maxResult },
      run: () => ({ status: 200, body: 'ä'.repeat(maxResult / 2) }),
    })
    const location = await scene.held()
    const token = await scene.granted()
    const { status, body } = await scene.poll(location, token)
    expect([status, JSON.parse(body).detail]).toEqual([
      500,
      'The call was run. Its result was too large to keep.',
    ])
    expect((await scene.poll(location, token)).status).toBe(500)
    expect(scene.calls).toHaveLength(1)
    // The same without a held call.
    expect((await scene.pay(token)).status).toBe(500)
  })

  it('whose result was made for another message is sent as one of its own', async () => {
    const body = '\ufeffname;amount'
    const headers = {
      ...{ connection: 'close', 'proxy-connection': 'close', 'keep-alive': '1', 'http2-settings': 'AA' },
      ...{ 'transfer-encoding': 'chunked', 'content-length': '1', 'content-encoding': 'gzip' },
      ...{ 'cache-control': 'public', 'content-type': 'text/csv' },
    }
    const scene = await makeHeldScene({ run: () => ({ status: 200, headers, body }) })
    const expected = {
      status: 200,
      headers: { 'cache-control': 'no-store', 'content-type': 'text/csv' },
      body,
    }
    expect(await scene.poll(await scene.held(), await scene.granted())).toEqual(expected)
    expect(await scene.pay(await scene.granted())).toEqual(expected)
  })

  it.each([
    { status: 202 },
    { status: 99 },
    { status: 200, headers: { 'x y': '1' } },
    { status: 200, headers: { x: 'a\r\nb: c' } },
    { status: 200, body: 12 },
  ])('that returns %j has an unknown outcome', async (result) => {
    quiet()
    const scene = await makeHeldScene({ run: () => result as never })
    expect((await scene.poll(await scene.held(), await scene.granted())).status).toBe(500)
  })

  it('with more than 64 KiB of content is refused before it is held', async () => {
    const scene = await makeHeldScene()
    const body = 'x'.repeat(65_537)
    const answer = await scene.pay(await scene.person(), { body })
    expect([answer.status, answer.headers.location]).toEqual([413, undefined])
  })

  it('beyond the ten of its owner is 429, and the others live on', async () => {
    const scene = await makeHeldScene()
    const locations: string[] = []
    for (let i = 0; i < 10; i++) locations.push(await scene.held())
    const { status, headers } = await scene.pay(await scene.person())
    expect([status, headers['retry-after']]).toEqual([429, '30'])
    expect((await scene.poll(locations[0] as string, await scene.granted())).status).toBe(201)
    expect((await scene.pay(await scene.person())).status).toBe(202)
  })

  it('of a route that is gone is denied', async () => {
    const { records } = makeSharedStores().stores
    const before = await makeHeldScene({ stores: { records }, hold: {} })
    const after = await makeHeldScene({ stores: { records }, hold: {}, requirement: { name: 'other' } })
    const location = await before.held()
    const { status, body } = await after.poll(location, await before.granted())
    expect([status, JSON.parse(body).error]).toEqual([403, 'denied'])
    expect((await before.poll(location, await before.granted())).status).toBe(201)
  })

  it('needs what its route requires now, not what it required [DEFER-6]', async () => {
    const { records } = makeSharedStores().stores
    const before = await makeHeldScene({ stores: { records }, hold: {} })
    const scope = ['payments.make', 'notes.read']
    const after = await makeHeldScene({ stores: { records }, hold: {}, requirement: { scope } })
    const location = await before.held()
    expect((await after.poll(location, await before.granted())).status).toBe(202)
    expect(after.calls).toEqual([])
    const enough = await before.granted({ scope: scope.join(' ') })
    expect((await after.poll(location, enough)).status).toBe(201)
  })
})

describe('hold', () => {
  const resource = createResource({
    issuer,
    trust: 'any',
    scopes,
    now: () => now,
    managed: managedAccess({ sealingKeys, interaction: { url: `${issuer}/agents` } }),
  })
  const run = () => ({ status: 200 })
  const lossy = { durability: 'lossy' } as const

  it.each<[string, () => unknown, RegExp]>([
    [
      'a store that can lose a change',
      () => hold(resource, { name: 'a', scope: 'notes.read' }, run),
      /durability: 'lossy'/,
    ],
    ['a route without a name', () => hold(resource, { scope: 'notes.read' }, run, lossy), /"name"/],
    [
      'other tokens',
      () =>
        hold(
          resource,
          { name: 'b', scope: 'notes.read', accept: ['auth-token', 'person-token'] } as never,
          run,
          lossy,
        ),
      /"accept"/,
    ],
    [
      'person tokens alone',
      () => hold(resource, { name: 'k', accept: ['person-token'] } as never, run, lossy),
      /"accept" of a held route/,
    ],
    [
      'per-call approval without its claims',
      () => {
        const perCall = { operation: () => ({}), propose: () => ({ uri: '', document: '' }), find: () => '' }
        return hold(resource, { name: 'l', scope: 'notes.read' }, run, { ...lossy, perCall })
      },
      /"r3_s256", which "perCall" reads/,
    ],
    [
      'callers without a credential',
      () => hold(resource, { name: 'c', scope: 'notes.read', optional: true } as never, run, lossy),
      /"optional"/,
    ],
    [
      'callers with another credential',
      () =>
        hold(
          resource,
          {
            name: 'h',
            scope: 'notes.read',
            alternative: alternativeCredential({
              when: { scheme: 'Bearer' },
              check: () => undefined,
              exempt: ['singleUse'],
            }),
          } as never,
          run,
          lossy,
        ),
      /"alternative"/,
    ],
    [
      'a route that asks a person',
      () =>
        hold(
          resource,
          requireInteraction(resource, { name: 'i' }, { scope: 'notes.read', consentOf: () => undefined }),
          run,
          lossy,
        ),
      /requireInteraction, whose calls are not held/,
    ],
    [
      'sessions',
      () => hold(resource, { name: 'j', scope: 'notes.read', sessions: true } as never, run, lossy),
      /"sessions"/,
    ],
    [
      'credentials among the fields',
      () => hold(resource, { name: 'd', scope: 'notes.read' }, run, { ...lossy, fields: ['cookie'] }),
      /"cookie"/,
    ],
    [
      'an unknown option',
      () => hold(resource, { name: 'e', scope: 'notes.read' }, run, { ...lossy, idempotant: true } as never),
      /did you mean "idempotent"/,
    ],
    [
      'a limit out of range',
      () => hold(resource, { name: 'f', scope: 'notes.read' }, run, { ...lossy, maxResult: 2 ** 21 }),
      /"maxResult"/,
    ],
    [
      'a resource without managedAccess',
      () =>
        hold(
          createResource({ issuer, trust: 'any', scopes }),
          { name: 'g', scope: 'notes.read' },
          run,
          lossy,
        ),
      /managedAccess/,
    ],
  ])('refuses %s at start', (_, make, text) => {
    expect(make).toThrow(text)
  })

  it.each([
    ...['authorization', 'proxy-authorization', 'cookie', 'signature', 'signature-input', 'signature-key'],
    ...['aauth-mission', 'connection', 'content-length', 'transfer-encoding', 'host'],
  ])('refuses the field %s, which is never kept', (name) => {
    const fields = [name]
    expect(() => hold(resource, { name, scope: 'notes.read' }, run, { ...lossy, fields })).toThrow(
      `"fields" contains "${name}"`,
    )
  })

  it('refuses a second route of the same name', () => {
    hold(resource, { name: 'twice', scope: 'notes.read' }, run, lossy)
    expect(() => hold(resource, { name: 'twice', scope: 'notes.read' }, run, lossy)).toThrow(/"twice"/)
  })
})
