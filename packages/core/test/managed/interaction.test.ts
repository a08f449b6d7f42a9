import {
  type Auth,
  alternativeCredential,
  answer,
  authorize,
  createResource,
  type Requirement,
  type Resource,
} from '@aauth-guard/core'
import { validateRequirement } from '@aauth-guard/core/adapter'
import { devOptions } from '@aauth-guard/core/dev'
import { interactionPage, managedAccess, requireInteraction } from '@aauth-guard/core/managed'
import {
  capable,
  codeOf,
  type InteractionScene,
  interactionScene,
  pageUrl,
  sealingKeys,
  verdictOf,
} from '@aauth-guard/fixtures/interaction'
import { runInteraction } from '@aauth-guard/fixtures/interaction-flow'
import { notes, refusalOf } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { parseDictionary } from 'structured-headers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { outlastDeadlines, passDeadlines } from '../../../../scripts/patient-timers.ts'
import { acceptedCallback } from '../../src/managed/callback.ts'
import { managedStateOf } from '../../src/managed/managed-state.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import type { RecordEntry } from '../../src/stores/record-store.ts'
import { s256 } from './owners.ts'

const person = 'alice'
const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
const issuer = 'https://notes.example'

describe('who is asked', () => {
  it.each([
    ['interaction', 202],
    ['clarification, interaction;x=1, somethingElse', 202],
    ['', 403],
    ['clarification, payment', 403],
    ['Interaction', 403],
    ['"interaction"', 403],
    ['interaction interaction', 403],
  ])('an agent with the capabilities "%s" is answered %i [CAP-1, CAP-2, CAP-3]', async (list, status) => {
    const { ask } = await interactionScene()
    const { answer } = await ask({ headers: list === '' ? {} : { 'aauth-capabilities': list } })
    expect(answer.status).toBe(status)
    if (status === 403) expect(verdictOf(answer)).toEqual([403, 'access_denied'])
  })

  it('an agent without the capability is asked for an auth token if the route accepts one [CAP-2]', async () => {
    const { ask, agent } = await interactionScene({
      resource: { signingKey: notes.signingKey, defaultScope: 'notes.read' },
      requirement: { accept: ['person-token', 'auth-token'] },
    })
    const token = await agent.personToken()
    const { answer } = await ask({ token, headers: {} })
    expect(verdictOf(answer)).toEqual([401, 'auth_token_required'])
    const [requirement] = parseDictionary(answer.headers['aauth-requirement'] ?? '').get('requirement') ?? []
    expect(`${requirement}`).toBe('auth-token')
    expect((await ask({ token })).answer.status).toBe(202)
  })

  it('the capability gives no right: who lists it waits like others [CAP-4]', async () => {
    const { ask, send, net, page } = await interactionScene()
    const { code } = await ask()
    const listed = await send(`${net.resource}/notes`, {
      headers: { 'aauth-capabilities': 'interaction, payment, admin' },
    })
    expect(listed.status).toBe(202)
    await expect(page.complete('handle', { person })).rejects.toMatchObject({ code: 'not_found' })
    expect(code).not.toBe('')
  })

  it('an auth token that grants what is asked needs no consent; one that grants less does', async () => {
    const { ask, agent } = await interactionScene({
      resource: { defaultScope: 'notes.read' },
      requirement: { accept: ['auth-token'] },
    })
    const enough = await ask({ token: await agent.authToken({ scope: 'notes.read notes.write' }) })
    expect(enough.answer.body).toBe('the notes')
    expect((await ask({ token: await agent.authToken({ scope: 'notes.read' }) })).answer.status).toBe(202)
  })

  it('the check of the route comes first', async () => {
    const { ask } = await interactionScene({ requirement: { check: () => false } })
    expect(verdictOf((await ask()).answer)).toEqual([403, 'access_denied'])
  })

  it('a route of another resource serves nobody, whatever was agreed at this one', async () => {
    const scene = await interactionScene()
    const { net, agent, page, resource, ask } = scene
    const consents = new Map<string, string>()
    const guarded = requireInteraction(
      resource,
      { name: 'notes', accept: 'agent-token' },
      { scope: ['notes.read', 'notes.write'], consentOf: ({ agent: id }) => consents.get(id) },
    )
    const { handle } = await page.redeemCode((await ask()).code, { person })
    const decided = await page.complete(handle, { person })
    if (decided.outcome === 'completed') consents.set(agent.id, decided.consent)
    const callAt = async (called: Resource): Promise<Auth> => {
      const message = await agent.sign(`${called.issuer}/notes`, {}, { token: await agent.agentToken() })
      return authorize(called, toSignedRequest(message), guarded)
    }
    expect((await callAt(resource)).type).toBe('agent-token')
    const { fetch, clock } = net
    const other = createResource({ issuer: 'https://files.example', trust: 'any', fetch, now: clock.now })
    expect(await refusalOf(callAt(other))).toMatchObject({
      code: 'server_error',
      hint: expect.stringContaining('another resource'),
    })
  })

  it('agents of one person use up no more than the quota of that person, with as many keys as they like', async () => {
    const { ask, net } = await interactionScene()
    const statuses: number[] = []
    for (let made = 0; made < 11; made++) {
      const agent = await net.agent({ runtime: `runtime-${made}` })
      const { answer } = await ask({ agent, token: await agent.personToken({ sub: 'mallory' }) })
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([...Array(10).fill(202), 429])
    const agent = await net.agent({ name: 'another' })
    expect((await ask({ agent, token: await agent.personToken({ sub: 'ada' }) })).answer.status).toBe(202)
  })

  it.each<[string, object]>([
    ['"consentOf" threw "Error: no database"', { consentOf: () => Promise.reject(new Error('no database')) }],
    ['"consentOf" returned an object: return the "consent"', { consentOf: () => ({ id: '1' }) }],
    ['"notify" threw "Error: no mail"', { notify: () => Promise.reject(new Error('no mail')) }],
  ])('a callback that fails is named: %s', async (hint, callbacks) => {
    const { resource, agent } = await makeWorld({
      scopes,
      managed: managedAccess({ sealingKeys, interaction: { url: pageUrl } }),
    })
    const asked = { scope: 'notes.read', consentOf: () => undefined, ...callbacks }
    const guarded = requireInteraction(resource, { name: 'n', accept: 'agent-token' }, asked)
    const token = await agent.agentToken()
    const message = await agent.sign(`${issuer}/notes`, { headers: capable }, { token })
    const refusal = await refusalOf(authorize(resource, toSignedRequest(message), guarded))
    expect(refusal).toMatchObject({ code: 'server_error', hint: expect.stringContaining(hint) })
  })

  it('a request of which nobody could be told does not wait', async () => {
    const failing = { by: 'approval', notify: () => Promise.reject(new Error('no mail')) } as const
    const { ask } = await interactionScene({ asked: failing })
    // More often than requests of one owner may wait.
    for (let made = 0; made < 12; made++)
      expect(verdictOf((await ask()).answer)).toEqual([503, 'server_error'])
  })

  it('a request of which somebody is told for ever does not wait', async () => {
    onTestFinished(outlastDeadlines)
    const notify = (): Promise<void> => {
      passDeadlines()
      return new Promise(() => {})
    }
    const { ask } = await interactionScene({
      asked: { by: 'approval', notify },
      resource: { limits: { requestDeadline: 2000 } },
    })
    for (let made = 0; made < 12; made++) {
      outlastDeadlines()
      expect(verdictOf((await ask()).answer)).toEqual([503, 'server_error'])
    }
  })
})

describe('a token that is revoked while the guard asks for a consent', () => {
  it('makes no request that waits, and nobody is told of one [R11-214]', async () => {
    const told: string[] = []
    const scene: InteractionScene = await interactionScene({
      asked: {
        consentOf: async () => {
          const { iss, jti, exp } = decodeJwt(token) as { iss: string; jti: string; exp: number }
          await scene.resource.revoke({ iss, jti, exp })
          return undefined
        },
        notify: ({ reference }) => void told.push(reference),
      },
    })
    let token = ''
    for (let asked = 0; asked < 11; asked++) {
      token = await scene.agent.agentToken()
      expect(verdictOf((await scene.ask({ token })).answer)).toEqual([401, 'revoked_jwt'])
    }
    expect(told).toEqual([])
  })
})

describe('a consent', () => {
  it('admits its owner and nobody else, to no more than it contains', async () => {
    const scene = await interactionScene()
    const { ask, page, net } = scene
    const { code } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    const decided = await page.complete(handle, { person })
    if (decided.outcome !== 'completed') throw new Error(decided.outcome)
    scene.consent = decided.consent
    expect((await ask()).answer.body).toBe('the notes')
    const other = await net.agent({ name: 'other' } as never)
    expect((await ask({ agent: other })).answer.status).toBe(202)
    expect((await ask({ token: await other.personToken(), agent: other })).answer.status).toBe(202)
    scene.consent = `${decided.consent}A`
    expect((await ask()).answer.status).toBe(202)
    scene.consent = decided.consent
    await scene.resource.managed.end({ consent: decided.consent })
    expect((await ask()).answer.status).toBe(202)
  })

  it('can be narrower than what was asked, and never wider', async () => {
    const scene = await interactionScene()
    const { ask, poll, page } = scene
    const { code, location } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    // A form in which nothing was ticked sends no field.
    const none = [undefined, null, '', []]
    for (const wider of [['notes.read', 'admin'], ['NOTES.READ'], 'notes.read notes.write', 5, ...none])
      await expect(page.complete(handle, { person, scopes: wider as never })).rejects.toMatchObject({
        code: 'invalid_scope',
      })
    const decided = await page.complete(handle, { person, scopes: 'notes.read' })
    expect(decided).toMatchObject({ outcome: 'completed', scopes: ['notes.read'] })
    expect(JSON.parse((await poll(location)).body)).toEqual({ status: 'authorized', scope: 'notes.read' })
    if (decided.outcome !== 'completed') throw new Error(decided.outcome)
    scene.consent = decided.consent
    expect((await ask()).answer.status).toBe(202)
  })

  it('lasts as long as the person agreed, 8 hours by default and a day at most', async () => {
    const scene = await interactionScene()
    const { ask, page, net } = scene
    const { handle } = await page.redeemCode((await ask()).code, { person })
    for (const lifetime of [0, 59, 86_401, 1.5, Number.NaN])
      await expect(page.complete(handle, { person, lifetime })).rejects.toThrow(TypeError)
    const decided = await page.complete(handle, { person })
    if (decided.outcome !== 'completed') throw new Error(decided.outcome)
    scene.consent = decided.consent
    net.clock.advance(28_799)
    expect((await ask()).answer.body).toBe('the notes')
    net.clock.advance(1)
    expect((await ask()).answer.status).toBe(202)
  })

  it('ends with the token that it was given for, and with its person', async () => {
    for (const end of ['token', 'person'] as const) {
      const scene = await interactionScene()
      const { ask, page, agent, resource } = scene
      const token = await agent.agentToken()
      const { handle } = await page.redeemCode((await ask({ token })).code, { person })
      const decided = await page.complete(handle, { person })
      if (decided.outcome !== 'completed') throw new Error(decided.outcome)
      scene.consent = decided.consent
      scene.net.clock.advance(1)
      const later = await agent.agentToken()
      expect((await ask({ token: later })).answer.body).toBe('the notes')
      if (end === 'person') await resource.managed.end({ person })
      else await resource.revoke(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
      expect((await ask({ token: later })).answer.status).toBe(202)
    }
  })
})

describe('a code', () => {
  it('is accepted in lower case, without hyphens and with look-alike letters, once [INT-1, INT-2, INT-3, R11-220, R11-221, R11-222]', async () => {
    const { ask, page } = await interactionScene()
    const spellings = [
      (code: string) => code.toLowerCase(),
      (code: string) => code.replaceAll('-', ''),
      (code: string) => code.replaceAll('1', 'l').replaceAll('0', 'o'),
    ]
    for (const spell of spellings) {
      const { code } = await ask()
      const { handle } = await page.redeemCode(spell(code), { person })
      expect(handle).not.toBe('')
      for (const again of ['alice', 'bob'])
        await expect(page.redeemCode(code, { person: again })).rejects.toMatchObject({ code: 'invalid_code' })
    }
  })

  it('opens the page for one of many people who enter it at once [INT-3]', async () => {
    const { ask, page } = await interactionScene()
    const { code } = await ask()
    const people = Array.from({ length: 20 }, (_, index) =>
      page.redeemCode(code, { person: `person-${index}` }),
    )
    const settled = await Promise.allSettled(people)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('decides nothing: without a person nobody gets anywhere [INT-4, R11-225]', async () => {
    const { ask, poll, page } = await interactionScene()
    const { code, location } = await ask()
    for (const nobody of [undefined, {}, { person: '' }, { person: 7 }, { person: 'a'.repeat(257) }])
      await expect(page.redeemCode(code, nobody as never)).rejects.toThrow(TypeError)
    await expect(page.complete(code, { person })).rejects.toMatchObject({ code: 'not_found' })
    expect(verdictOf(await poll(location))).toEqual([202, 'pending'])
    const { handle } = await page.redeemCode(code, { person })
    expect(verdictOf(await poll(location))).toEqual([202, 'interacting'])
    expect(handle).not.toContain(code)
  })

  it('is not in the store, and neither is what is asked [INT-1]', async () => {
    const stored: string[] = []
    const tags: number[] = []
    class Spied extends RecordMemory {
      override create(entry: RecordEntry) {
        stored.push(JSON.stringify({ ...entry, octets: Buffer.from(entry.octets).toString('latin1') }))
        tags.push(entry.tags.length)
        return super.create(entry)
      }
    }
    const records = new Spied(() => 1_790_000_000)
    const { ask } = await interactionScene({ resource: { stores: { records } } })
    const { code, location } = await ask()
    expect(stored).toHaveLength(2)
    for (const secret of ['notes.read', code, code.replaceAll('-', ''), location.slice(-40)])
      expect(stored.join()).not.toContain(secret)
    // What ends a request does not go through codes, of which an agent that takes back its requests has thousands.
    expect(tags).toEqual([3, 0])
  })

  it('that is too late is told from a wrong one, until nothing knows it [INT-7, R11-224]', async () => {
    const { ask, page, net } = await interactionScene()
    const { code } = await ask()
    const { code: other } = await ask()
    net.clock.advance(600)
    await expect(page.redeemCode(code, { person })).rejects.toMatchObject({ code: 'expired', status: 408 })
    net.clock.advance(60)
    await expect(page.redeemCode(other, { person })).rejects.toMatchObject({ code: 'expired', status: 408 })
    net.clock.advance(60)
    await expect(page.redeemCode(other, { person })).rejects.toMatchObject({
      code: 'invalid_code',
      status: 410,
    })
  })

  it('wrong 5 times in a minute stops this person, and nobody else [INT-3, R11-223]', async () => {
    const { ask, page, net } = await interactionScene()
    const { code } = await ask()
    for (let wrong = 0; wrong < 5; wrong++)
      await expect(page.redeemCode('0000-0000-0000', { person: 'mallory' })).rejects.toMatchObject({
        code: 'invalid_code',
      })
    const refused = await refusalOf(page.redeemCode(code, { person: 'mallory' }))
    expect([refused.code, refused.headers['retry-after']]).toEqual(['rate_limited', '60'])
    expect((await page.redeemCode(code, { person })).route).toBe('notes')
    const { code: next } = await ask()
    net.clock.advance(60)
    expect((await page.redeemCode(next, { person: 'mallory' })).route).toBe('notes')
  })

  it('wrong 10 times in a minute stops the source, and no other [INT-3]', async () => {
    const { ask, page } = await interactionScene()
    const { code } = await ask()
    const source = '192.0.2.7'
    for (let wrong = 0; wrong < 10; wrong++)
      await refusalOf(page.redeemCode('nonsense', { person: `mallory-${wrong}`, source }))
    expect((await refusalOf(page.redeemCode(code, { person, source }))).code).toBe('rate_limited')
    expect((await page.redeemCode(code, { person, source: '192.0.2.8' })).route).toBe('notes')
  })

  it('cannot be guessed faster by guesses at once [INT-3]', async () => {
    const { page } = await interactionScene()
    const guesses = Array.from({ length: 50 }, () => refusalOf(page.redeemCode('0000-0000-0000', { person })))
    const codes = (await Promise.all(guesses)).map(({ code }) => code)
    expect(codes.filter((code) => code === 'invalid_code')).toHaveLength(5)
  })

  it('right codes are not counted, and what was decided no longer counts as waiting', async () => {
    const { ask, page } = await interactionScene()
    for (let made = 0; made < 12; made++) {
      const { handle } = await page.redeemCode((await ask()).code, { person, source: '192.0.2.7' })
      await page.deny(handle, { person })
    }
  })

  it('wrong 5 times on the page of a request ends that request and no other [INT-3, R11-223]', async () => {
    const references: string[] = []
    const { ask, poll, page } = await interactionScene({
      asked: { notify: ({ reference }) => void references.push(reference) },
    })
    const one = await ask()
    const other = await ask()
    const [reference] = references
    for (let wrong = 0; wrong < 4; wrong++)
      await refusalOf(page.redeemCode('0000-0000-0000', { person: `p${wrong}`, reference }))
    expect(verdictOf(await poll(one.location))).toEqual([202, 'pending'])
    // The code of another request is a wrong one on this page, and is not used up.
    expect((await refusalOf(page.redeemCode(other.code, { person, reference }))).code).toBe('invalid_code')
    expect((await refusalOf(page.redeemCode(one.code, { person, reference }))).code).toBe('invalid_code')
    expect(verdictOf(await poll(one.location))).toEqual([410, 'invalid_code'])
    expect(verdictOf(await poll(one.location))).toEqual([410, 'gone'])
    expect((await page.redeemCode(other.code, { person })).route).toBe('notes')
  })
})

describe('the page', () => {
  it('shows who asks, for what and since when, all of it verified', async () => {
    const { ask, page, agent, net, resource } = await interactionScene()
    const shown = await page.redeemCode((await ask()).code, { person })
    expect(shown).toEqual({
      handle: expect.any(String),
      owner: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      route: 'notes',
      scopes: [
        { scope: 'notes.read', description: 'Read your notes' },
        { scope: 'notes.write', description: 'Change your notes' },
      ],
      agent: { id: agent.id, provider: agent.provider.id },
      thumbprint: agent.key.thumbprint,
      personServer: agent.personServer?.id,
      personKey: undefined,
      mission: undefined,
      since: net.clock.now(),
      expires: net.clock.now() + 600,
      answersQuestions: true,
      questions: [],
      callback: undefined,
    })
    expect(await page.read(shown.handle, { person })).toEqual(shown)
    expect(await resource.managed.end({ owner: shown.owner })).toBe(1)
    const token = await agent.personToken({ mission: s256 })
    const ofPerson = await page.redeemCode((await ask({ token })).code, { person })
    expect(ofPerson).toMatchObject({
      agent: undefined,
      mission: { s256 },
      personServer: agent.personServer?.id,
    })
    expect(ofPerson.personKey).toContain('person-1')
  })

  it.each([
    ['any', undefined],
    [
      { agentProviders: 'any', personServers: ['https://ps.example'] },
      { id: 'aauth:assistant@known.example', provider: 'https://known.example' },
    ],
  ] as const)(
    'shows an agent that a person server named only if a list contains that server',
    async (trust, shown) => {
      const { ask, page, agent } = await interactionScene({
        resource: { trust, defaultScope: 'notes.read' },
        requirement: { accept: ['auth-token'] },
      })
      const named = 'aauth:assistant@known.example'
      const token = await agent.authToken({
        generation: 'mission-header',
        claims: { agent: named, act: { agent: named } },
      })
      const { agent: described, personServer } = await page.redeemCode((await ask({ token })).code, {
        person,
      })
      expect([described, personServer]).toEqual([shown, agent.personServer?.id])
    },
  )

  it('is for the person who arrived, on this resource alone', async () => {
    const { ask, page, poll } = await interactionScene()
    const { code, location } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    const { page: elsewhere } = await interactionScene()
    for (const act of ['read', 'complete', 'deny', 'abandon'] as const) {
      await expect(page[act](handle, { person: 'mallory' })).rejects.toMatchObject({ code: 'not_found' })
      await expect(page[act](`${handle}A`, { person })).rejects.toMatchObject({ code: 'not_found' })
      await expect(page[act](location, { person })).rejects.toMatchObject({ code: 'not_found' })
      await expect(elsewhere[act](handle, { person })).rejects.toMatchObject({ code: 'gone' })
    }
    expect(verdictOf(await poll(location))).toEqual([202, 'interacting'])
  })

  it.each([[undefined], [null], [['a', 'b']], [{ length: 1 }], [1]])(
    'finds nothing for %j in place of a text of the form or the query',
    async (field) => {
      const { ask, page } = await interactionScene()
      const { code } = await ask()
      const text = field as never
      for (const act of ['read', 'complete', 'deny', 'abandon'] as const)
        expect((await refusalOf(page[act](text, { person }))).code).toBe('not_found')
      expect((await refusalOf(page.ask(text, { person, question: 'Why?' }))).code).toBe('not_found')
      expect((await refusalOf(page.openReference(text, { person }))).code).toBe('invalid_code')
      expect((await refusalOf(page.redeemCode(text, { person }))).code).toBe('invalid_code')
      if (field !== undefined)
        expect((await refusalOf(page.redeemCode(code, { person, reference: text }))).code).toBe(
          'invalid_code',
        )
      expect((await page.redeemCode(code, { person, callback: text })).callback).toBeUndefined()
    },
  )

  it('is opened by the handle of the arrival alone, even if another one is sealed for the same request', async () => {
    const { ask, page, resource } = await interactionScene()
    const { handle } = await page.redeemCode((await ask()).code, { person })
    const { sealer } = managedStateOf(resource)
    const octets = await sealer.openText('page handle', handle)
    const [id] = new TextDecoder().decode(octets).split('.')
    const forged = await sealer.sealText('page handle', new TextEncoder().encode(`${id}.${'A'.repeat(32)}`))
    expect((await refusalOf(page.read(forged, { person }))).code).toBe('not_found')
    expect((await page.read(handle, { person })).route).toBe('notes')
  })

  it('decides once, whoever decides in the same moment [INT-3]', async () => {
    const { ask, page } = await interactionScene()
    const { handle } = await page.redeemCode((await ask()).code, { person })
    const acts = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? page.complete(handle, { person }) : page.deny(handle, { person }),
    )
    const settled = await Promise.allSettled(acts)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const each of settled)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'gone' })
  })

  it('too late, or of an ended request, decides nothing', async () => {
    const { ask, page, poll, net, resource } = await interactionScene()
    const one = await ask()
    const { handle } = await page.redeemCode(one.code, { person })
    net.clock.advance(600)
    expect(await page.complete(handle, { person })).toEqual({ outcome: 'expired', callback: undefined })
    expect((await refusalOf(page.read(handle, { person }))).code).toBe('expired')
    expect(verdictOf(await poll(one.location))).toEqual([408, 'expired'])
    const other = await ask()
    const { handle: second } = await page.redeemCode(other.code, { person })
    await resource.managed.end({ person })
    expect(await page.complete(second, { person })).toEqual({ outcome: 'ended', callback: undefined })
    expect((await refusalOf(page.read(second, { person }))).code).toBe('revoked')
  })

  it('of a request for a person is only for the account that is linked with them', async () => {
    let linked: string | undefined = 'alice'
    const asked: string[] = []
    const { ask, page, agent } = await interactionScene({
      interaction: {
        accountOf: (key) => {
          asked.push(key)
          return linked
        },
      },
    })
    const token = await agent.personToken()
    const { code } = await ask({ token })
    const refused = await refusalOf(page.redeemCode(code, { person: 'mallory' }))
    expect([refused.code, asked.length]).toEqual(['access_denied', 1])
    const { handle } = await page.redeemCode(code, { person })
    linked = 'somebody else by now'
    expect((await refusalOf(page.complete(handle, { person }))).code).toBe('access_denied')
    linked = undefined
    expect((await page.complete(handle, { person })).outcome).toBe('completed')
  })

  it('is not waited for longer than the deadline, if accounts are not found', async () => {
    onTestFinished(outlastDeadlines)
    const { ask, page, agent } = await interactionScene({
      interaction: { accountOf: () => new Promise(() => {}) },
      resource: { limits: { requestDeadline: 2000 } },
    })
    const { code } = await ask({ token: await agent.personToken() })
    passDeadlines()
    expect(await refusalOf(page.redeemCode(code, { person }))).toMatchObject({
      code: 'server_error',
      hint: expect.stringContaining('"interaction.accountOf" did not settle'),
    })
  })

  it('of a request for a person is for nobody, if accounts are not known', async () => {
    const { resource, agent } = await makeWorld({
      scopes,
      managed: managedAccess({ sealingKeys, interaction: { url: pageUrl } }),
    })
    const guarded = requireInteraction(
      resource,
      { name: 'n', accept: 'person-token' },
      { scope: 'notes.read', consentOf: () => undefined },
    )
    const message = await agent.sign(
      `${issuer}/notes`,
      { headers: capable },
      { token: await agent.personToken() },
    )
    const refusal = await refusalOf(authorize(resource, toSignedRequest(message), guarded))
    const code = codeOf(await answer(refusal))
    expect((await refusalOf(interactionPage(resource).redeemCode(code, { person }))).code).toBe(
      'access_denied',
    )
  })
})

describe('a callback', () => {
  const ps = 'https://ps.example'

  it.each([
    [`${ps}/done`, true],
    [`${ps}/done?state=1`, true],
    [ps, true],
    ['https://evil.example/', false],
    [`${ps}.evil.example/done`, false],
    [`${ps}@evil.example/done`, false],
    [`${ps}:8443/done`, false],
    [`${ps}/done#fragment`, false],
    [`${ps}\\@evil.example`, false],
    [`${ps}/\r\nx`, false],
    [`${ps}/a\\b`, false],
    ['https://user@ps.example/done', false],
    ['HTTPS://PS.EXAMPLE/done', false],
    ['http://ps.example/done', false],
    ['javascript:alert(1)', false],
    ['http://localhost:8080/cb', false],
    ['//ps.example/done', false],
    [`${ps}/${'a'.repeat(2048)}`, false],
  ])('%s: followed is %s [INT-6, R11-226, R11-228]', async (callback, followed) => {
    const { ask, page } = await interactionScene()
    const { handle, callback: shown } = await page.redeemCode((await ask()).code, { person, callback })
    expect(shown).toBe(followed ? callback : undefined)
    expect((await page.complete(handle, { person })).callback).toBe(followed ? callback : undefined)
  })

  it.each([
    [{}, 'https://agents.example/cb', false],
    [{ callback_endpoint: 'https://agents.example/cb' }, 'https://agents.example/cb', true],
    [{ callback_endpoint: 'https://agents.example/cb' }, 'https://agents.example/cb?x=1', true],
    [{ callback_endpoint: 'https://agents.example/cb' }, 'https://agents.example/cb/more', false],
    [{ callback_endpoint: 'https://agents.example/cb' }, 'https://agents.example/', false],
    [{ callback_endpoint: 7 }, 'https://agents.example/cb', false],
    [{ localhost_callback_allowed: true }, 'http://localhost:8080/cb', true],
    [{ localhost_callback_allowed: true }, 'http://127.0.0.1:8080/cb', true],
    [{ localhost_callback_allowed: true }, 'http://127.0.0.1.evil.example/cb', false],
    [{ localhost_callback_allowed: true }, 'http://user@localhost:8080/cb', false],
    [{ callback_endpoint: 'javascript:alert(1)' }, 'javascript:alert(1)', false],
    [{ localhost_callback_allowed: 'true' }, 'http://localhost:8080/cb', false],
    [{ callback_endpoint: 'http://localhost:8080/cb' }, 'http://localhost:8080/cb', false],
  ])(
    'of an agent provider that publishes %j: %s is followed: %s [INT-6]',
    async (published, callback, followed) => {
      let net: Awaited<ReturnType<typeof interactionScene>>['net'] | undefined
      const scene = await interactionScene({
        resource: {
          fetch: async (...given) => {
            const response = (await net?.fetch(...given)) as Response
            if (!String(new Request(...given).url).endsWith('aauth-agent.json')) return response
            return Response.json({ ...((await response.json()) as object), ...published })
          },
        },
      }).catch((error) => {
        throw error
      })
      net = scene.net
      const { ask, page, agent } = scene
      const { callback: shown } = await page.redeemCode((await ask()).code, { person, callback })
      expect(shown).toBe(followed ? callback : undefined)
      // Whoever only names an agent provider is not vouched for by it.
      const token = await agent.personToken()
      const ofPerson = await page.redeemCode((await ask({ token })).code, { person, callback })
      expect(ofPerson.callback).toBeUndefined()
    },
  )

  it.each([
    ['deny', 'access_denied'],
    ['abandon', 'user_abandoned'],
    ['expire', 'interaction_expired'],
    ['end', 'access_denied'],
  ] as const)('after %s is told %s, and nothing else is added [INT-6, R11-227]', async (act, error) => {
    for (const [callback, separator] of [
      [`${ps}/done`, '?'],
      [`${ps}/done?state=1`, '&'],
    ] as const) {
      const { ask, page, net, resource } = await interactionScene()
      const { handle } = await page.redeemCode((await ask()).code, { person, callback })
      if (act === 'expire') net.clock.advance(600)
      if (act === 'end') await resource.managed.end({ person })
      const decided = await page[act === 'deny' || act === 'abandon' ? act : 'complete'](handle, { person })
      expect(decided.callback).toBe(`${callback}${separator}error=${error}`)
    }
  })
})

it('of an agent that no provider vouched for, the metadata of its provider allows no callback [INT-6]', async () => {
  const { resource, agent } = await interactionScene()
  const { state } = managedStateOf(resource)
  const callback = 'https://agents.example/cb'
  state.keys.metadata = async () => ({ callback_endpoint: callback })
  const owner = (isAgent: boolean) => ({ isAgent, agent: { iss: agent.provider.id, sub: agent.id } })
  const accepted = (isAgent: boolean) =>
    acceptedCallback(state, { owner: owner(isAgent) as never, personServer: null }, callback)
  expect([await accepted(true), await accepted(false)]).toEqual([callback, undefined])
})

describe('an approval', () => {
  it('tells the agent nothing but to wait, and the person by the application [DEFER-1, R11-229]', async () => {
    const references: string[] = []
    const asked = {
      by: 'approval',
      notify: ({ reference }: { reference: string }) => void references.push(reference),
    } as const
    const { ask, poll, page } = await interactionScene({ asked })
    // Nothing has to be shown to anybody.
    const { answer, location } = await ask({ headers: {} })
    expect([answer.status, answer.headers['aauth-requirement']]).toEqual([202, 'requirement=approval'])
    const [reference = ''] = references
    const { handle } = await page.openReference(reference, { person })
    expect((await refusalOf(page.openReference(reference, { person: 'bob' }))).code).toBe('invalid_code')
    expect((await refusalOf(page.openReference(`${reference}A`, { person }))).code).toBe('invalid_code')
    await page.complete(handle, { person })
    expect(verdictOf(await poll(location))).toEqual([200, 'authorized'])
  })

  it('cannot be opened by the reference of an interaction, whose code the person has to enter', async () => {
    const references: string[] = []
    const { ask, page } = await interactionScene({
      asked: { notify: ({ reference }) => void references.push(reference) },
    })
    await ask()
    expect((await refusalOf(page.openReference(references[0] ?? '', { person }))).code).toBe('invalid_code')
  })
})

describe('a clarification', () => {
  const json = { 'content-type': 'application/json' }
  const response = (answer: unknown, action: unknown = 'clarification_response') =>
    ({
      method: 'POST',
      headers: json,
      body: JSON.stringify({ action, clarification_response: answer }),
      digest: true,
    }) as const

  async function asked() {
    const scene = await interactionScene()
    const { code, location } = await scene.ask()
    const { handle } = await scene.page.redeemCode(code, { person })
    return { ...scene, location, handle }
  }

  it('is asked by a 202 and answered by POST [DEFER-7, R11-217]', async () => {
    const { page, poll, location, handle } = await asked()
    await page.ask(handle, { person, question: 'Which notes?', options: ['all', 'one'], timeout: 60 })
    const told = await poll(location)
    expect([told.status, told.headers['aauth-requirement']]).toEqual([202, 'requirement=clarification'])
    expect(JSON.parse(told.body)).toEqual({
      status: 'interacting',
      clarification: 'Which notes?',
      options: ['all', 'one'],
      timeout: 60,
    })
    const answered = await poll(location, response('Those of <today>'))
    expect(verdictOf(answered)).toEqual([202, 'interacting'])
    expect(answered.headers).not.toHaveProperty('aauth-requirement')
    expect((await page.read(handle, { person })).questions).toEqual([
      { question: 'Which notes?', answer: 'Those of <today>' },
    ])
    expect((await poll(location)).headers).not.toHaveProperty('aauth-requirement')
  })

  it.each([
    ['no action', response('x', null)],
    ['an unknown action', response('x', 'approve')],
    ['an update of the request', response('x', 'updated_request')],
    ['an empty answer', response('')],
    ['a number', response(7)],
    ['another type', { ...response('x'), headers: { 'content-type': 'text/plain' } }],
  ])('with %s is malformed, and the question stays open [DEFER-7, R11-217]', async (_, request) => {
    const { page, poll, location, handle } = await asked()
    await page.ask(handle, { person, question: 'Which notes?' })
    expect(verdictOf(await poll(location, request))).toEqual([400, 'invalid_request'])
    expect((await page.read(handle, { person })).questions).toEqual([
      { question: 'Which notes?', answer: undefined },
    ])
  })

  it('counts only under a covered digest of what arrived [DEFER-7]', async () => {
    const { page, poll, location, handle } = await asked()
    await page.ask(handle, { person, question: 'Which notes?' })
    const { digest: _, ...uncovered } = response('x')
    const refused = await poll(location, uncovered)
    expect(verdictOf(refused)).toEqual([401, 'invalid_input'])
    expect(refused.headers['signature-error']).toContain('"content-digest"')
    const arrives = JSON.stringify({ action: 'clarification_response', clarification_response: 'y' })
    expect(verdictOf(await poll(location, { ...response('x'), arrives }))).toEqual([401, 'invalid_signature'])
    expect((await page.read(handle, { person })).questions[0]?.answer).toBeUndefined()
  })

  it('is asked 5 times at most, one after the other, by the person, of an agent that answers [DEFER-7, CAP-2]', async () => {
    const { page, poll, location, handle, ask } = await asked()
    const question = 'Which notes?'
    for (let round = 0; round < 5; round++) {
      await page.ask(handle, { person, question })
      expect((await refusalOf(page.ask(handle, { person, question }))).code).toBe(
        round < 4 ? 'invalid_request' : 'rate_limited',
      )
      expect((await poll(location, response(`answer ${round}`))).status).toBe(202)
    }
    expect((await refusalOf(page.ask(handle, { person, question }))).code).toBe('rate_limited')
    expect((await refusalOf(page.ask(handle, { person: 'bob', question }))).code).toBe('not_found')
    expect(verdictOf(await poll(location, response('unasked')))).toEqual([400, 'invalid_request'])
    const { code } = await ask({ headers: { 'aauth-capabilities': 'interaction' } })
    const silent = await page.redeemCode(code, { person })
    expect((await refusalOf(page.ask(silent.handle, { person, question }))).code).toBe('invalid_request')
  })

  it('of somebody else finds nothing [DEFER-7, M15]', async () => {
    const { page, poll, location, handle, net } = await asked()
    await page.ask(handle, { person, question: 'Which notes?' })
    const other = await net.agent({ name: 'other' } as never)
    expect(verdictOf(await poll(location, { ...response('x'), agent: other }))).toEqual([404, 'not_found'])
  })
})

describe('options that are refused at start', () => {
  it.each([
    'http://notes.example/agents',
    'https://notes.example/agents?x=1',
    'https://notes.example/agents?',
    'https://notes.example/agents#x',
    'https://user@notes.example/agents',
    'https://notes.example/a b',
    'https://NOTES.example/agents',
    'notes.example',
    '',
    undefined,
  ])('the address %j [INT-5, R11-011]', (url) => {
    expect(() => managedAccess({ interaction: { url } as never })).toThrow('"interaction.url" is')
  })

  it('a page without TLS, except in a development world [INT-5, R11-011]', () => {
    const own = 'http://localhost:4799'
    const makeAt = (url: string, world: object = { issuer, trust: 'any' }) =>
      createResource({ managed: managedAccess({ sealingKeys, interaction: { url } }), ...world } as never)
    expect(() => makeAt(`${own}/agents`)).toThrow('the resource does not run in development')
    vi.spyOn(console, 'warn').mockReturnValue()
    const world = { issuer: own, ...devOptions({ env: { AAUTH_DEV: 'http://localhost:4790' } }) }
    expect(makeAt(`${own}/agents`, world).issuer).toBe(own)
    expect(() => makeAt('http://localhost:4798/agents', world)).toThrow('"interaction.url" is')
  })

  const make = (interaction: object | undefined) =>
    createResource({
      ...{ issuer, trust: 'any', scopes, defaultScope: 'notes.read' },
      managed: managedAccess(
        interaction ? { sealingKeys, interaction: interaction as never } : { sealingKeys },
      ),
    })
  const route = { name: 'notes', accept: 'agent-token' } as const

  it.each<[string, object, object]>([
    ['"scope" of the route', { ...route, scope: 'notes.read' }, { scope: 'notes.read' }],
    ['"name" of the route is missing', { accept: 'agent-token' }, { scope: 'notes.read' }],
    ['leave out "optional"', { ...route, optional: true }, { scope: 'notes.read' }],
    ['leave out "optional"', { ...route, alternative: {} }, { scope: 'notes.read' }],
    ['does not describe', route, { scope: 'notes.raed' }],
    ['"scope" of requireInteraction is empty', route, { scope: [] }],
    ['"scope" of requireInteraction is empty', route, {}],
    ['"by" of requireInteraction', route, { scope: 'notes.read', by: 'post' }],
    ['"notify" of requireInteraction is missing', route, { scope: 'notes.read', by: 'approval' }],
    ['"consentOf" of requireInteraction is missing', route, { scope: 'notes.read' }],
    ['"consentOf" of requireInteraction is missing', { ...route, sessions: false }, { scope: 'notes.read' }],
    ['"lifetime" of requireInteraction', route, { scope: 'notes.read', lifetime: 3601 }],
    ['"lifetime" of requireInteraction', route, { scope: 'notes.read', lifetime: 59 }],
    ['"consentOf" of requireInteraction', route, { scope: 'notes.read', consentOf: 'the consent' }],
    ['"notify" of requireInteraction', route, { scope: 'notes.read', notify: {} }],
    [
      'is not an option of requireInteraction: did you mean "scope"?',
      route,
      { scope: 'notes.read', scopes: [] },
    ],
  ])('%s', (message, requirement, asked) => {
    const resource = make({ url: pageUrl })
    expect(() =>
      requireInteraction(
        resource,
        requirement as Requirement<'agent-token', false, 'optional', never>,
        asked as never,
      ),
    ).toThrow(message)
  })

  it('changed afterwards, so that callers would pass without a consent or a person would not know for what', () => {
    const resource = make({ url: pageUrl })
    const { name, ...nameless } = requireInteraction(resource, route, {
      scope: 'notes.read',
      consentOf: () => undefined,
    })
    const alternative = alternativeCredential({
      when: { scheme: 'Bearer' },
      check: () => ({ id: 'somebody', scopes: [] }),
      exempt: ['check'],
    })
    for (const [changed, message] of [
      [{ ...nameless, name, alternative }, 'with "optional" or "alternative"'],
      [{ ...nameless, name, optional: true }, 'with "optional" or "alternative"'],
      [nameless, '"name" was removed'],
    ] as const)
      expect(() => validateRequirement(resource, changed as never)).toThrow(message)
    validateRequirement(resource, { ...nameless, name: 'another' } as never)
  })

  it('a page that is not written as an object', () => {
    for (const given of ['https://notes.example/agents', true])
      expect(() => make(given as never)).toThrow(/^"interaction" is .*: pass \{ url \}/)
    expect(() => make({ url: pageUrl, urls: [] })).toThrow('did you mean "url"?')
  })

  it('no page, no managed access', () => {
    expect(() => requireInteraction(make(undefined), route, { scope: 'notes.read' })).toThrow(
      '"interaction" of managedAccess is missing',
    )
    const plain = createResource({ issuer, trust: 'any', scopes, defaultScope: 'notes.read' })
    expect(() => requireInteraction(plain, route, { scope: 'notes.read' })).toThrow(
      '"managed" of createResource is missing',
    )
  })
})

it('goes on in any process that shares the store [DEFER-1, DEFER-2, DEFER-3, DEFER-4, INT-3, INT-7]', async () => {
  let seconds = 0
  const records = new RecordMemory(() => seconds)
  await runInteraction(
    () => records,
    (now) => {
      seconds = now
    },
  )
})
