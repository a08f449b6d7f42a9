import type { AnyRequirement } from '@aauth-guard/core'
import { type AuthzenOptions, authzen, type EvaluationRequest } from '@aauth-guard/core/authzen'
import { monitorMissions } from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { type Call, listed, makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { schemaFaults } from './evaluation-schema.ts'
import { startPolicyDouble } from './policy-double.ts'

/** A world, and what the policy server is asked for one call in it. */
async function makeScene(options: Parameters<typeof makeWorld>[0] = {}) {
  const double = await startPolicyDouble()
  const world = await makeWorld({ trust: listed, replay: 'off', ...options })
  const askedFor = async (
    token: string,
    { requirement, ...call }: Call = {},
    settings: Omit<AuthzenOptions, 'pdp'> = {},
  ): Promise<EvaluationRequest> => {
    const check = authzen({ pdp: double.pdp, ...settings })
    await world.call(token, { ...call, requirement: { check, ...requirement } as AnyRequirement })
    return double.asked.at(-1)?.evaluation as EvaluationRequest
  }
  return { ...world, double, askedFor }
}

const jkt = ({ agent }: World) => agent.key.jwk && expect.stringMatching(/^[A-Za-z0-9_-]{43}$/)

describe('the evaluation request', () => {
  it('of an auth token of draft 11 has the person as its subject, with the person server', async () => {
    const scene = await makeScene()
    const token = await scene.agent.authToken({
      sub: 'ada',
      scope: 'access other',
      account: 'ws-7',
      tenant: 'acme',
      mission: s256,
      claims: { jti: 'one' },
    })
    const url = 'https://notes.example/notes/7?search=secret'
    expect(await scene.askedFor(token, { method: 'POST', url })).toEqual({
      subject: { type: 'user', id: 'ada', properties: { iss: 'https://ps.example', tenant: 'acme' } },
      action: { name: 'POST', properties: { htm: 'POST' } },
      resource: {
        type: 'aauth_resource',
        id: '/notes/7',
        properties: { audience: 'https://notes.example', account: 'ws-7' },
      },
      context: {
        actor: { jkt: jkt(scene) },
        mission,
        credential: {
          typ: 'auth-token',
          iss: 'https://ps.example',
          jti: 'one',
          exp: now + 3600,
          scopes: ['access', 'other'],
        },
      },
    })
  })

  it('of an auth token of draft 10 has the agent and its class in the context', async () => {
    const scene = await makeScene()
    const token = await scene.agent.authToken({ generation: 'mission-header', sub: 'ada', mission: s256 })
    const { subject, context } = await scene.askedFor(token)
    expect({ subject, context }).toMatchObject({
      subject: { type: 'user', id: 'ada', properties: { iss: 'https://ps.example' } },
      context: {
        actor: { agent: scene.agent.id, iss: 'https://ps.example' },
        agent: scene.agent.id,
        mission,
        class: { provider: scene.agent.provider.id, mission },
      },
    })
  })

  it('of a person token has the person as its subject', async () => {
    const scene = await makeScene()
    const token = await scene.agent.personToken({ sub: 'ada' })
    const asked = await scene.askedFor(token, { requirement: { accept: 'person-token' } })
    expect(asked.subject).toEqual({ type: 'user', id: 'ada', properties: { iss: 'https://ps.example' } })
    expect(asked.context).toMatchObject({ credential: { typ: 'person-token', scopes: [] } })
  })

  it('of an agent token has the agent as its subject, never as a user', async () => {
    const scene = await makeScene()
    const token = await scene.agent.agentToken()
    const asked = await scene.askedFor(token, { requirement: { accept: 'agent-token' } })
    const { id, provider } = scene.agent
    expect(asked.subject).toEqual({ type: 'agent', id, properties: { iss: provider.id } })
    expect(asked.context).toMatchObject({
      actor: { agent: id, iss: provider.id },
      agent: id,
      class: { provider: provider.id },
    })
  })

  it.each([
    ['names it as "agent" if a list in "trust" contains the issuer', listed, 'agent'],
    ['does not call it "agent" if anyone may have issued the token', 'any', 'claimed_agent'],
  ] as const)('of a token that names an agent and no person %s', async (_, trust, type) => {
    const scene = await makeScene({ trust })
    const token = await scene.agent.authToken({
      generation: 'mission-header',
      claims: { sub: undefined },
      scope: 'access',
    })
    const { subject, context } = await scene.askedFor(token)
    expect(subject).toEqual({ type, id: scene.agent.id, properties: { iss: 'https://ps.example' } })
    expect(context).toMatchObject({ actor: { [type]: scene.agent.id } })
    expect([context?.agent, context?.class]).toEqual(
      type === 'agent' ? [scene.agent.id, { provider: scene.agent.provider.id }] : [undefined, undefined],
    )
  })

  it('names another action if the route does', async () => {
    const scene = await makeScene()
    const token = await scene.agent.authToken({ scope: 'access' })
    const check = authzen({ pdp: scene.double.pdp }).action('notes.read')
    const { action } = await scene.askedFor(token, { requirement: { check } })
    expect(action).toEqual({ name: 'notes.read', properties: { htm: 'GET' } })
  })

  it('says since when the mission is known to be active, if a source is queried', async () => {
    const missions = monitorMissions({ source: () => ({ status: 'active' }) })
    const scene = await makeScene({ missions })
    const token = await scene.agent.authToken({ scope: 'access', mission: s256 })
    const observed = { state: 'active', freshness_at: new Date(now * 1000).toISOString() }
    const askedBefore = await scene.askedFor(token)
    scene.net.clock.advance(10)
    const askedAfter = await scene.askedFor(token)
    expect([askedBefore, askedAfter].map(({ context }) => context?.mission_state_observation)).toEqual([
      observed,
      observed,
    ])
  })

  it('has no observation of a mission that no source is queried about', async () => {
    const scene = await makeScene()
    const { context } = await scene.askedFor(await scene.agent.authToken({ mission: s256 }))
    expect(context).not.toHaveProperty('mission_state_observation')
  })

  it('has no observation while the store of statuses does not answer, and the policy decides by that', async () => {
    let queries = 0
    const found = { freshFor: 9000, staleFor: 9000, failedFor: 0, failures: 0, hint: '', askedAt: now }
    const statuses = {
      get: () => {
        queries += 1
        if (queries > 1) throw new Error('the store is down')
        return found
      },
      claim: () => 'taken' as const,
      put: () => 'overtaken' as const,
      forget: () => undefined,
    }
    const missions = monitorMissions({ source: () => ({ status: 'active' }) })
    const scene = await makeScene({ missions, stores: { statuses } })
    const { context } = await scene.askedFor(await scene.agent.authToken({ mission: s256 }))
    expect([queries, context?.mission_state_observation]).toEqual([2, undefined])
  })

  it('is what "map" returns', async () => {
    const scene = await makeScene()
    const token = await scene.agent.authToken({ sub: 'ada' })
    const asked = await scene.askedFor(
      token,
      {},
      {
        map: async ({ action, context }, auth, { path }) => ({
          subject: { type: 'user', id: `${auth.ps} ${auth.sub}` },
          action,
          resource: { type: 'note', id: path },
          ...(context && { context }),
        }),
      },
    )
    expect(asked).toMatchObject({
      subject: { type: 'user', id: 'https://ps.example ada' },
      resource: { type: 'note', id: '/notes' },
    })
  })

  it('meets the schema of AuthZEN for every kind of token, and has the claims as they were signed', async () => {
    const scene = await makeScene()
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    const hostile = fc.oneof(text, fc.constantFrom('__proto__', '"},"decision":true', '\r\nX-Admin: 1', '*'))
    const kinds = fc.constantFrom('mission-header', 'person-token', 'person', 'agent')
    let asked: EvaluationRequest | undefined
    await fc.assert(
      fc.asyncProperty(kinds, hostile, hostile, async (kind, sub, account) => {
        const token =
          kind === 'agent'
            ? await scene.agent.agentToken()
            : kind === 'person'
              ? await scene.agent.personToken({ sub })
              : await scene.agent.authToken({ generation: kind as 'person-token', sub, account })
        const requirement = { accept: ['agent-token', 'person-token', 'auth-token'] } as const
        try {
          asked = await scene.askedFor(token, { requirement: requirement as never })
        } catch (error) {
          // Core refuses some texts as claims.
          if ((error as { code?: string }).code === 'invalid_jwt') return
          throw error
        }
        expect(schemaFaults(asked)).toEqual([])
        if (kind === 'agent') return
        expect(asked.subject).toMatchObject({ type: 'user', id: sub })
        if (kind !== 'person') expect(asked.resource.properties?.account).toBe(account)
      }),
      runs(60),
    )
    expect(asked).toBeDefined()
  })

  it('contains no token, signature, header field, query or content', async () => {
    const scene = await makeScene()
    const token = await scene.agent.authToken({ scope: 'access' })
    await scene.askedFor(token, {
      method: 'POST',
      url: 'https://notes.example/notes?q=of-the-query',
      body: 'of-the-content',
      digest: true,
      headers: { 'content-type': 'text/plain', cookie: 'of-the-cookie', 'x-own': 'of-the-field' },
    })
    const [{ everything } = { everything: '' }] = scene.double.asked
    expect(everything).toContain('/notes')
    const parts = [...token.split('.'), 'of-the-query', 'of-the-content', 'of-the-cookie', 'of-the-field']
    expect(parts.filter((part) => everything.includes(part))).toEqual([])
    expect(
      Object.keys(scene.double.asked[0]?.headers ?? {}).filter((name) => /sign|aauth/.test(name)),
    ).toEqual([])
  })
})
