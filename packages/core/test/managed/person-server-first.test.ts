import { type Answer, type AnyRequirement, answer, authorize } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { createIssuers, type InteractionClaim, verifyResourceToken } from '@aauth-guard/core/exchange'
import { hold, managedAccess, requireInteraction } from '@aauth-guard/core/managed'
import {
  interactionScene,
  pageUrl,
  resourceTokenOf,
  type SceneOptions,
  sealingKeys,
} from '@aauth-guard/fixtures/interaction'
import { challenged, notes, refusalOf } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type Agent, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { managedStateOf } from '../../src/managed/managed-state.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'

const person = 'alice'
const granted = { scope: 'notes.read notes.write' } as const

/** A route whose person servers lead persons to the page first. */
async function ledScene(more: SceneOptions = {}) {
  const scene = await interactionScene({
    resource: { signingKey: notes.signingKey, defaultScope: 'notes.read', ...more.resource },
    interaction: { accountOf: () => undefined, ...more.interaction },
    requirement: { accept: 'auth-token', ...more.requirement },
    asked: { by: 'person-server', consentOf: undefined as never, ...more.asked },
  })
  const { resource, ask, agent } = scene
  const claimOf = async (answered: Answer): Promise<InteractionClaim | undefined> =>
    (await challenged(resource, answered)).payload.interaction as InteractionClaim | undefined
  return {
    ...scene,
    claimOf,
    /** Calls with a person token, and returns the claim of the challenge. */
    async lead(): Promise<InteractionClaim> {
      const { answer: answered } = await ask({ token: await agent.personToken() })
      expect(answered.status).toBe(401)
      return (await claimOf(answered)) as InteractionClaim
    },
    /** The status of a call with an auth token. */
    async granted(token?: string, sender: Agent = agent): Promise<number> {
      const { answer: answered } = await ask({
        token: token ?? (await sender.authToken(granted)),
        agent: sender,
      })
      return answered.status
    },
  }
}

describe('a resource token for a person who has to go to the page first', () => {
  it('says where, with a code that the page redeems [RT-13, R11-168, R11-226, INT-1, INT-5]', async () => {
    const { lead, page } = await ledScene()
    const claim = await lead()
    expect(claim).toEqual({
      url: pageUrl,
      code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/),
    })
    const arrived = await page.redeemCode(claim.code, { person, callback: 'https://ps.example/back?flow=7' })
    expect(arrived).toMatchObject({
      route: 'notes',
      personServer: 'https://ps.example',
      callback: 'https://ps.example/back?flow=7',
    })
    expect(arrived.scopes.map(({ scope }) => scope)).toEqual(['notes.read', 'notes.write'])
    await expect(page.redeemCode(claim.code, { person })).rejects.toMatchObject({ code: 'invalid_code' })
  })

  it('is what the person server reads, and others read nothing into it [RT-13, R11-168]', async () => {
    const { ask, agent, net, resource, page } = await ledScene()
    const presentedToken = await agent.personToken()
    const { answer: answered } = await ask({ token: presentedToken })
    const token = resourceTokenOf(answered)
    const documents: typeof fetch = async (input, init) => {
      const { origin, pathname } = new URL(String(input))
      const own = origin === net.resource ? await answerWellKnown(resource, 'GET', pathname) : undefined
      return own === undefined ? net.fetch(input, init) : new Response(own.body, { headers: own.headers })
    }
    const verified = await verifyResourceToken(token, {
      role: 'person-server',
      recipient: 'https://ps.example',
      requestKey: agent.key.thumbprint,
      agentToken: await agent.agentToken(),
      presentedToken,
      issuers: createIssuers({ fetch: documents, now: net.clock.now }),
    })
    await page.redeemCode(verified.interaction?.code ?? '', { person })
    expect(verified.interaction?.url).toBe(pageUrl)
  })

  it('lets the call through once the person has agreed, and the auth token grants [RT-13, R11-168]', async () => {
    const { lead, granted, page, ask, agent, claimOf } = await ledScene()
    const { code } = await lead()
    // A person server that did not lead the person there.
    const early = await ask({ token: await agent.authToken({ scope: 'notes.read notes.write' }) })
    expect([early.answer.status, await claimOf(early.answer)]).toEqual([
      401,
      { url: pageUrl, code: expect.any(String) },
    ])
    const { handle } = await page.redeemCode(code, { person })
    expect(await granted()).toBe(401)
    expect(await page.complete(handle, { person })).toMatchObject({ outcome: 'completed' })
    expect(await granted()).toBe(200)
    // Nobody is led twice.
    const again = await ask({ token: await agent.personToken() })
    expect([again.answer.status, await claimOf(again.answer)]).toEqual([401, undefined])
  })

  it.each(['deny', 'abandon'] as const)(
    'lets nothing through if the person does not agree: %s [RT-13, R11-227]',
    async (decision) => {
      const { lead, granted, page } = await ledScene()
      const { handle } = await page.redeemCode((await lead()).code, {
        person,
        callback: 'https://ps.example/back',
      })
      const error = decision === 'deny' ? 'access_denied' : 'user_abandoned'
      expect(await page[decision](handle, { person })).toMatchObject({
        callback: `https://ps.example/back?error=${error}`,
      })
      expect(await granted()).toBe(401)
    },
  )

  it('lets nobody else through [RT-13, X26]', async () => {
    const { lead, granted, page, agent, net } = await ledScene()
    const { handle } = await page.redeemCode((await lead()).code, { person })
    await page.complete(handle, { person })
    expect(await granted(await agent.authToken({ scope: 'notes.read notes.write', sub: 'person-2' }))).toBe(
      401,
    )
    const mission = `${'1'.repeat(42)}A`
    expect(await granted(await agent.authToken({ scope: 'notes.read notes.write', mission }))).toBe(401)
    const thief = await net.agent({ name: 'thief' })
    expect(await granted(undefined, thief)).toBe(401)
    expect(await granted()).toBe(200)
  })

  it('does not count for less than the route asks [RT-13]', async () => {
    const { lead, granted, page } = await ledScene()
    const { handle } = await page.redeemCode((await lead()).code, { person })
    await page.complete(handle, { person, scopes: ['notes.read'] })
    expect(await granted()).toBe(401)
  })

  it('grants nothing without an auth token that does [RT-13]', async () => {
    const { lead, granted, page, agent } = await ledScene()
    const { handle } = await page.redeemCode((await lead()).code, { person })
    await page.complete(handle, { person })
    expect(await granted(await agent.authToken({ scope: 'notes.read' }))).toBe(401)
    expect(await granted(await agent.personToken())).toBe(401)
    expect(await granted(await agent.agentToken())).toBe(401)
  })

  it('counts until the consent ends [RT-13]', async () => {
    const { lead, granted, page, net, resource } = await ledScene()
    const first = await page.redeemCode((await lead()).code, { person })
    await page.complete(first.handle, { person, lifetime: 600 })
    net.clock.advance(599)
    expect(await granted()).toBe(200)
    net.clock.advance(1)
    expect(await granted()).toBe(401)
    const second = await page.redeemCode((await lead()).code, { person })
    await page.complete(second.handle, { person })
    expect(await granted()).toBe(200)
    expect(await resource.managed.end({ person })).toBe(1)
    expect(await granted()).toBe(401)
  })

  it('counts no longer, even if the clock of the store is behind [RT-13]', async () => {
    const stores = { records: new RecordMemory(() => 1_790_000_000) }
    const { lead, granted, page, net } = await ledScene({ resource: { stores } })
    const { handle } = await page.redeemCode((await lead()).code, { person })
    await page.complete(handle, { person, lifetime: 60 })
    net.clock.advance(59)
    expect(await granted()).toBe(200)
    net.clock.advance(1)
    expect(await granted()).toBe(401)
  })

  it('has a code that ends with it, while a person who has arrived may take longer [RT-13, INT-7, R11-224]', async () => {
    const { lead, page, net } = await ledScene()
    const [used, late] = [await lead(), await lead()]
    net.clock.advance(299)
    const { handle } = await page.redeemCode(used.code, { person })
    net.clock.advance(1)
    await expect(page.redeemCode(late.code, { person })).rejects.toMatchObject({ code: 'expired' })
    net.clock.advance(299)
    expect(await page.complete(handle, { person })).toMatchObject({ outcome: 'completed' })
  })

  it('ends with a token that expires sooner [RT-13, INT-7]', async () => {
    const { ask, agent, claimOf, page, net } = await ledScene()
    const { answer: answered } = await ask({ token: await agent.personToken({ lifetime: 60 }) })
    const { code } = (await claimOf(answered)) as InteractionClaim
    net.clock.advance(60)
    await expect(page.redeemCode(code, { person })).rejects.toMatchObject({ code: 'expired' })
  })

  it('is decided only by the account that is linked with the person of the token', async () => {
    const { lead, page } = await ledScene({ interaction: { accountOf: () => 'bob' } })
    await expect(page.redeemCode((await lead()).code, { person })).rejects.toMatchObject({
      code: 'access_denied',
    })
  })

  it('is not issued beyond the quota of its owner, and nothing is kept for a challenge that fails [RT-13]', async () => {
    const { ask, agent, resource, send } = await ledScene()
    const revoked = await agent.personToken({ sub: 'person-7' })
    for (let made = 0; made < 12; made++)
      // Resource tokens are issued at the host of the issuer only.
      expect((await send('https://other.example/notes', { token: revoked })).status).not.toBe(429)
    const token = await agent.personToken()
    for (let made = 0; made < 10; made++) expect((await ask({ token })).answer.status).toBe(401)
    expect((await ask({ token })).answer.status).toBe(429)
    expect(await resource.managed.end({ person: 'nobody' })).toBe(0)
  })

  it('takes the consent that the application kept, if it belongs to the caller', async () => {
    let consent: string | undefined
    const { lead, granted, page, agent } = await ledScene({ asked: { consentOf: () => consent } })
    const { handle } = await page.redeemCode((await lead()).code, { person })
    const decided = await page.complete(handle, { person })
    expect(await granted()).toBe(401)
    consent = decided.outcome === 'completed' ? decided.consent : undefined
    expect(await granted()).toBe(200)
    expect(await granted(await agent.authToken({ scope: 'notes.read notes.write', sub: 'person-2' }))).toBe(
      401,
    )
    consent = `${consent}A`
    expect(await granted()).toBe(401)
  })

  it('carries what the route adds to its challenges [R11-145, R11-167, R11-168]', async () => {
    const payment = { headers: { 'payment-required': 'one cent' } }
    const { ask, agent, resource } = await ledScene({
      requirement: { challenge: () => ({ loginHint: 'alice', payment }) },
    })
    for (const token of [await agent.personToken(), await agent.authToken(granted)]) {
      const { answer: answered } = await ask({ token })
      const { payload } = await challenged(resource, answered)
      expect([answered.status, payload.login_hint, payload.interaction]).toEqual([
        402,
        'alice',
        expect.anything(),
      ])
    }
  })

  it('works in drafts 01 to 10, where the agent is known in place of the person [RT-13]', async () => {
    const { net, agent, ask, claimOf, page } = await ledScene({
      resource: { generations: ['mission-header'] },
    })
    const generation = 'mission-header'
    const { answer: answered } = await ask({ token: await agent.agentToken() })
    const { code } = (await claimOf(answered)) as InteractionClaim
    const { handle } = await page.redeemCode(code, { person })
    await page.complete(handle, { person })
    const token = await agent.authToken({ ...granted, generation })
    expect((await ask({ token })).answer.body).toBe('the notes')
    const other = await net.agent({ name: 'other' })
    expect(
      (await ask({ agent: other, token: await other.authToken({ ...granted, generation }) })).answer.status,
    ).toBe(401)
  })

  it('counts for the person of a token in drafts 01 to 10 unless another account is linked with them [RT-13, R11-167]', async () => {
    let linked: string | undefined
    const { agent, ask, claimOf, page } = await ledScene({
      resource: { generations: ['mission-header'] },
      interaction: { accountOf: () => linked },
    })
    const { answer: answered } = await ask({ token: await agent.agentToken() })
    const { code } = (await claimOf(answered)) as InteractionClaim
    const { handle } = await page.redeemCode(code, { person })
    await page.complete(handle, { person })
    const token = await agent.authToken({ ...granted, generation: 'mission-header' })
    expect((await ask({ token })).answer.status).toBe(200)
    linked = 'bob'
    const { answer: refused } = await ask({ token })
    expect([refused.status, await claimOf(refused)]).toEqual([401, expect.anything()])
    linked = person
    expect((await ask({ token })).answer.status).toBe(200)
  })

  it('is kept in the store of records: another process lets the call through', async () => {
    const { resource, lead, page, agent, net } = await ledScene()
    const { handle } = await page.redeemCode((await lead()).code, { person })
    await page.complete(handle, { person })
    const { records } = managedStateOf(resource)
    expect(records.durable).toBe(false)
    const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken(granted) })
    const route = requireInteraction(
      resource,
      { name: 'notes' },
      { scope: ['notes.read', 'notes.write'], by: 'person-server' },
    )
    expect((await authorize(resource, toSignedRequest(message), route)).scopes).toEqual([
      'notes.read',
      'notes.write',
    ])
    const other = requireInteraction(
      resource,
      { name: 'other' },
      { scope: ['notes.read', 'notes.write'], by: 'person-server' },
    )
    const second = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken(granted) })
    expect((await refusalOf(authorize(resource, toSignedRequest(second), other))).status).toBe(401)
  })
})

describe("a route with by: 'person-server'", () => {
  it.each([
    ['takes other tokens', { accept: ['person-token', 'auth-token'] }, {}, /"accept" contains other tokens/],
    ['takes agent tokens', { accept: 'agent-token' }, {}, /"accept" contains other tokens/],
    ['does not know accounts', {}, { accountOf: undefined }, /"interaction.accountOf"/],
  ])('is refused at start if it %s', async (_, requirement, interaction, hint) => {
    const { resource } = await makeWorld({
      ...notes,
      managed: managedAccess({
        sealingKeys,
        interaction: {
          url: pageUrl,
          ...('accountOf' in interaction ? {} : { accountOf: () => undefined }),
        },
      }),
    })
    const route = { name: 'notes', ...requirement } as AnyRequirement
    expect(() =>
      requireInteraction(resource, route as never, { scope: 'notes.read', by: 'person-server' }),
    ).toThrow(hint)
  })

  it('answers an unsigned caller as any route does', async () => {
    const { resource, net } = await ledScene()
    const request = { method: 'GET', target: '/notes', header: (): string[] => [] }
    const route = requireInteraction(
      resource,
      { name: 'notes' },
      { scope: 'notes.read', by: 'person-server' },
    )
    const refused = await refusalOf(
      authorize(resource, { ...request, authority: net.resource } as never, route),
    )
    expect((await answer(refused)).status).toBe(401)
  })

  it('is not for held calls, nor is "challenge"', async () => {
    const { resource } = await ledScene()
    const run = (): { readonly status: number } => ({ status: 200 })
    const led = requireInteraction(resource, { name: 'led' }, { scope: 'notes.read', by: 'person-server' })
    const priced = { name: 'priced', scope: 'notes.read', challenge: () => undefined }
    for (const route of [led, priced])
      expect(() => hold(resource, route, run, { durability: 'lossy' })).toThrow(
        /"challenge" is set|requireInteraction/,
      )
  })
})
