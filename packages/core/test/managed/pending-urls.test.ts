import { answerRoutes } from '@aauth-guard/core/adapter'
import { interactionScene, pageUrl, verdictOf } from '@aauth-guard/fixtures/interaction'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { parseDictionary } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { managedStateOf } from '../../src/managed/managed-state.ts'
import { pendingUrl } from '../../src/managed/pending-answer.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import { s256 } from './owners.ts'

const person = 'alice'
const approver = 'https://ps.example'

/** A store that counts how often it is asked for a record. */
function countedStore(): { readonly store: RecordMemory; readonly finds: () => number } {
  let finds = 0
  class Counted extends RecordMemory {
    override find(...given: Parameters<RecordMemory['find']>) {
      finds += 1
      return super.find(...given)
    }
  }
  return { store: new Counted(() => 1_790_000_000), finds: () => finds }
}

describe('the 202', () => {
  it('names an absolute URL of the same origin, when to poll, and may not be stored [DEFER-1, M13, INT-5, R11-210]', async () => {
    const { ask } = await interactionScene()
    const { answer } = await ask()
    expect(answer.status).toBe(202)
    expect(JSON.parse(answer.body)).toEqual({ status: 'pending' })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': '5',
    })
    expect(answer.headers.location).toMatch(/^https:\/\/notes\.example\/aauth\/pending\/[\w-]{100,}$/)
    const [requirement, params] =
      parseDictionary(answer.headers['aauth-requirement'] ?? '').get('requirement') ?? []
    expect(`${requirement}`).toBe('interaction')
    expect(Object.fromEntries(params ?? [])).toEqual({
      url: pageUrl,
      code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}$/),
    })
  })

  it('has another URL each time [DEFER-1, M15, R11-211]', async () => {
    const { ask } = await interactionScene()
    const locations = [(await ask()).location, (await ask()).location, (await ask()).location]
    expect(new Set(locations).size).toBe(3)
    // What differs is random: 192 bits and the salt of the seal.
    const [one = '', other = ''] = locations.map((location) => location.slice(-80))
    expect(one).not.toBe(other)
  })

  it('names the prefix that the proxy strips', () => {
    const settings = { issuer: 'https://notes.example', strippedPrefix: '/api' }
    expect(pendingUrl({ settings } as never, 'x')).toBe('https://notes.example/api/aauth/pending/x')
  })
})

describe('a poll', () => {
  it('by the agent says that nobody has decided, and then that the person is there [DEFER-1, R11-216]', async () => {
    const { ask, poll, page } = await interactionScene()
    const { location, code } = await ask()
    const waiting = await poll(location)
    expect(verdictOf(waiting)).toEqual([202, 'pending'])
    expect(waiting.headers).toMatchObject({ location, 'cache-control': 'no-store', 'retry-after': '5' })
    expect(waiting.headers).not.toHaveProperty('aauth-requirement')
    await page.redeemCode(code, { person })
    expect(verdictOf(await poll(location))).toEqual([202, 'interacting'])
  })

  it('without a signature is refused as on any route, whatever the id is [DEFER-2, M15]', async () => {
    const { ask, resource } = await interactionScene()
    const { location } = await ask()
    for (const target of [
      new URL(location).pathname,
      '/aauth/pending/',
      '/aauth/pending/x',
      '/aauth/pending/../x',
    ]) {
      const request = { method: 'GET', target, authority: 'notes.example', header: () => [] }
      const answered = await answerRoutes(resource, request as never, async () => new Uint8Array())
      expect(answered === undefined ? 'nobody' : verdictOf(answered)).toEqual(
        target.includes('..') ? 'nobody' : [401, 'invalid_signature'],
      )
    }
  })

  it('by somebody else finds nothing, without a look at the store [DEFER-2, M15, R11-212]', async () => {
    const { store, finds } = countedStore()
    const { ask, poll, net, agent } = await interactionScene({ resource: { stores: { records: store } } })
    const { location } = await ask()
    const other = await net.agent({ name: 'other' } as never)
    const before = finds()
    const pollers = [
      { agent: other },
      // The person for whom the agent acts is somebody else than the agent.
      { token: await agent.personToken() },
      { token: await agent.authToken() },
    ]
    for (const poller of pollers) expect(verdictOf(await poll(location, poller))).toEqual([404, 'not_found'])
    for (const changed of [
      `${location}A`,
      location.slice(0, -1),
      location.replace(/.$/, '.'),
      `${location}/x`,
    ])
      expect(verdictOf(await poll(changed))).toEqual([404, 'not_found'])
    expect(finds()).toBe(before)
    expect(verdictOf(await poll(location))).toEqual([202, 'pending'])
    expect(finds()).toBe(before + 1)
  })

  it('of a request that was made with a person token needs the same person and key [DEFER-2]', async () => {
    const { ask, poll, net, agent } = await interactionScene()
    const { location } = await ask({ token: await agent.personToken({ sub: 'person-1' }) })
    const other = await net.agent({ name: 'other' } as never)
    for (const poller of [
      { token: await agent.personToken({ sub: 'person-2' }) },
      { agent: other, token: await other.personToken({ sub: 'person-1' }) },
      { token: await agent.personToken({ sub: 'person-1', mission: s256 }) },
    ])
      expect(verdictOf(await poll(location, poller))).toEqual([404, 'not_found'])
    const token = await agent.authToken({ sub: 'person-1' })
    expect(verdictOf(await poll(location, { token }))).toEqual([202, 'pending'])
  })

  it('is refused while the token is revoked, and by its own verification [DEFER-2]', async () => {
    const { ask, poll, resource, agent, net } = await interactionScene()
    const token = await agent.agentToken()
    const { location } = await ask({ token })
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    await resource.revoke(claims)
    expect(verdictOf(await poll(location, { token }))).toEqual([401, 'revoked_jwt'])
    net.clock.advance(1)
    expect(verdictOf(await poll(location, { token: await agent.agentToken() }))).toEqual([403, 'revoked'])
    expect(verdictOf(await poll(location, { token: await agent.agentToken() }))).toEqual([410, 'gone'])
  })

  it('within a second is told to slow down, and the request lives on [DEFER-4, R11-214]', async () => {
    const { ask, poll, send } = await interactionScene()
    const { location } = await ask()
    await poll(location)
    const early = await send(location)
    expect(verdictOf(early)).toEqual([429, 'slow_down'])
    expect(early.headers['retry-after']).toBe('5')
    expect(verdictOf(await poll(location))).toEqual([202, 'pending'])
  })

  it.each([['PUT'], ['HEAD'], ['PATCH']])('with %s is not served', async (method) => {
    const { ask, poll } = await interactionScene()
    const { location } = await ask()
    const answered = await poll(location, { method })
    expect([answered.status, answered.headers.allow]).toEqual([405, 'GET, POST, DELETE'])
  })

  it('of a resource without managed access is not a route of it', async () => {
    const { resource, agent, net } = await makeWorld()
    const message = await agent.sign(
      `${net.resource}/aauth/pending/x`,
      {},
      { token: await agent.agentToken() },
    )
    expect(
      await answerRoutes(resource, toSignedRequest(message), async () => new Uint8Array()),
    ).toBeUndefined()
  })

  it('is one decision in the events, without the id [M15]', async () => {
    const { ask, poll, page, events } = await interactionScene()
    const { location, code } = await ask()
    expect(events).toMatchObject([{ outcome: 'challenged', code: 'pending', status: 202, path: '/notes' }])
    await poll(location)
    const { handle } = await page.redeemCode(code, { person })
    await page.complete(handle, { person })
    await poll(location)
    await poll(location)
    expect(events.slice(1)).toMatchObject([
      { outcome: 'challenged', code: 'pending', path: '/aauth/pending/{id}', point: 'route' },
      { outcome: 'accepted', path: '/aauth/pending/{id}' },
      { outcome: 'refused', code: 'gone' },
    ])
    const id = location.slice(location.lastIndexOf('/') + 1)
    const told = JSON.stringify(events)
    for (const secret of [id, code, handle]) expect(told).not.toContain(secret)
  })
})

describe('the final answer', () => {
  it.each([
    ['complete', [200, 'authorized']],
    ['deny', [403, 'denied']],
    ['abandon', [403, 'abandoned']],
  ] as const)(
    'after %s is given once, and then 410 [DEFER-3, DEFER-4, R11-213, R11-214]',
    async (act, expected) => {
      const { ask, poll, page } = await interactionScene()
      const { location, code } = await ask()
      const { handle } = await page.redeemCode(code, { person })
      await page[act](handle, { person })
      const told = await poll(location)
      expect(verdictOf(told)).toEqual(expected)
      expect(told.headers['cache-control']).toBe('no-store')
      expect(verdictOf(await poll(location))).toEqual([410, 'gone'])
      expect(verdictOf(await poll(location, { method: 'DELETE' }))).toEqual([410, 'gone'])
    },
  )

  it('is 408 after the time is up, and 410 later, without a look at the store [DEFER-4, INT-7, R11-214]', async () => {
    const { store, finds } = countedStore()
    const { ask, poll, net } = await interactionScene({ resource: { stores: { records: store } } })
    const one = await ask()
    const other = await ask()
    net.clock.advance(599)
    expect(verdictOf(await poll(one.location))).toEqual([408, 'expired'])
    expect(verdictOf(await poll(one.location))).toEqual([410, 'gone'])
    net.clock.advance(60)
    const before = finds()
    expect(verdictOf(await poll(other.location))).toEqual([410, 'gone'])
    expect(finds()).toBe(before)
  })

  it('is 403 when the operator ends it, and names the termination of a mission [DEFER-4]', async () => {
    const { ask, poll, page, resource, agent } = await interactionScene()
    const { location, code } = await ask()
    await page.redeemCode(code, { person })
    await resource.managed.end({ person })
    expect(verdictOf(await poll(location))).toEqual([403, 'revoked'])
    expect(verdictOf(await poll(location))).toEqual([410, 'gone'])
    const token = await agent.personToken({ mission: s256 })
    const under = await ask({ token })
    await resource.missions.terminate({ approver, s256 })
    expect(verdictOf(await poll(under.location, { token }))).toEqual([403, 'mission_terminated'])
  })

  it('is 403 if the consent was withdrawn before the agent asked [DEFER-4]', async () => {
    const { ask, poll, page, resource } = await interactionScene()
    const { location, code } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    const decided = await page.complete(handle, { person })
    expect(decided.outcome).toBe('completed')
    await resource.managed.end({ consent: 'consent' in decided ? decided.consent : '' })
    expect(verdictOf(await poll(location))).toEqual([403, 'revoked'])
  })

  it('is 500 for a request that failed, which is told once [DEFER-4]', async () => {
    const { ask, poll, resource } = await interactionScene()
    const { pending } = managedStateOf(resource)
    const made: string[] = []
    const create = pending.create.bind(pending)
    pending.create = async (...given) => {
      const id = await create(...given)
      made.push(id.id)
      return id
    }
    const { location } = await ask()
    const found = await pending.find(made.at(-1) as string)
    if (found === undefined) throw new Error('there is no record')
    await pending.replace(found, { ...found.request, outcome: { code: 'server_error' } })
    expect(verdictOf(await poll(location))).toEqual([500, 'server_error'])
    expect(verdictOf(await poll(location))).toEqual([410, 'gone'])
  })

  it('is given to one of many polls at once [DEFER-3]', async () => {
    const { ask, page, net, send, resource } = await interactionScene()
    const { location, code } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    await page.complete(handle, { person })
    const { polls } = managedStateOf(resource)
    polls.take = () => true
    net.clock.advance(1)
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(location)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(410)])
  })
})

describe('DELETE', () => {
  it('by the owner ends the request; the code then opens nothing [DEFER-3]', async () => {
    const { ask, poll, page } = await interactionScene()
    const { location, code } = await ask()
    const ended = await poll(location, { method: 'DELETE' })
    expect([ended.status, ended.body, ended.headers['cache-control']]).toEqual([200, '', 'no-store'])
    expect(verdictOf(await poll(location))).toEqual([410, 'gone'])
    await expect(page.redeemCode(code, { person })).rejects.toMatchObject({ code: 'invalid_code' })
  })

  it('by somebody else finds nothing [DEFER-2, M15]', async () => {
    const { ask, poll, net } = await interactionScene()
    const { location } = await ask()
    const other = await net.agent({ name: 'other' } as never)
    expect(verdictOf(await poll(location, { agent: other, method: 'DELETE' }))).toEqual([404, 'not_found'])
    expect(verdictOf(await poll(location))).toEqual([202, 'pending'])
  })

  it('does not undo a decision', async () => {
    const { ask, poll, page } = await interactionScene()
    const { location, code } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    await page.deny(handle, { person })
    expect(verdictOf(await poll(location, { method: 'DELETE' }))).toEqual([410, 'gone'])
    expect(verdictOf(await poll(location))).toEqual([403, 'denied'])
  })
})

describe('Prefer: wait', () => {
  const prefer = { prefer: 'wait=10' }

  it('is answered when the person arrives, and when they decide [R11-215]', async () => {
    const { ask, poll, page, resource } = await interactionScene()
    const { polls } = managedStateOf(resource)
    const { location, code } = await ask()
    const arriving = poll(location, { headers: prefer })
    await waitingIn(polls)
    const { handle } = await page.redeemCode(code, { person })
    expect(verdictOf(await arriving)).toEqual([202, 'interacting'])
    const deciding = poll(location, { headers: prefer })
    await waitingIn(polls)
    await page.complete(handle, { person })
    expect(verdictOf(await deciding)).toEqual([200, 'authorized'])
  })

  it('is answered at once with a question that waits for the agent [R11-215, R11-217]', async () => {
    const { ask, poll, page, resource } = await interactionScene()
    const { location, code } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    await page.ask(handle, { person, question: 'Which notes?' })
    const asked = await poll(location, { headers: prefer })
    expect(JSON.parse(asked.body)).toEqual({ clarification: 'Which notes?', status: 'interacting' })
    expect(managedStateOf(resource).polls.waiting).toBe(0)
  })

  it('is answered with a decision that was made while the request was read [R11-215]', async () => {
    const { ask, poll, page, resource } = await interactionScene()
    const { pending } = managedStateOf(resource)
    const { location, code } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    const find = pending.find.bind(pending)
    let isRead = false
    pending.find = async (...given) => {
      const found = await find(...given)
      if (!isRead) {
        isRead = true
        await page.deny(handle, { person })
      }
      return found
    }
    expect(verdictOf(await poll(location, { headers: prefer }))).toEqual([403, 'denied'])
  })

  it('is checked again after the wait [DEFER-2]', async () => {
    const { ask, poll, resource, agent } = await interactionScene()
    const token = await agent.agentToken()
    const { location } = await ask({ token })
    const waiting = poll(location, { token, headers: prefer })
    await waitingIn(managedStateOf(resource).polls)
    await resource.revoke(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
    expect(verdictOf(await waiting)).toEqual([401, 'revoked_jwt'])
  })

  it('waits once for each request, and ends with the resource', async () => {
    const { ask, poll, resource } = await interactionScene()
    const { location } = await ask()
    const first = poll(location, { headers: prefer })
    await waitingIn(managedStateOf(resource).polls)
    expect(verdictOf(await poll(location, { headers: prefer }))).toEqual([202, 'pending'])
    resource.close()
    expect(verdictOf(await first)).toEqual([202, 'pending'])
  })
})

/** Lets everything run until a poll waits. */
async function waitingIn(polls: ReturnType<typeof managedStateOf>['polls']): Promise<void> {
  while (polls.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
}

it('a full quota is 429, and nothing that waits is removed', async () => {
  const { ask, poll } = await interactionScene()
  const { location } = await ask()
  for (let made = 1; made < 10; made++) expect((await ask()).answer.status).toBe(202)
  const refused = await ask()
  expect(verdictOf(refused.answer)).toEqual([429, 'rate_limited'])
  expect(refused.answer.headers['retry-after']).toBe('60')
  expect(verdictOf(await poll(location))).toEqual([202, 'pending'])
})
