import { createResource, type ResourceOptions } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { askForToken, challenged, notes, published, verdict } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeRevocationWorld } from '@aauth-guard/fixtures/revoking'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { outcome } from '../attacks/attempt.ts'

const approver = 'https://ps.example'
const mission = { approver, s256 }
const required = { ...notes, require: { mission: 'required' } } as const
const old = { scope: 'notes.read', generation: 'mission-header' } as const

function made(options: Record<string, unknown>): () => unknown {
  return () =>
    createResource({ issuer: 'https://notes.example', trust: 'any', ...options } as ResourceOptions)
}

describe('the default requirement of a resource', () => {
  it('applies to a route without a requirement, so that the mission is checked there [MISS-10]', async () => {
    const { agent, call, resource } = await makeWorld(required)
    const inMission = await agent.authToken({ scope: 'notes.read', mission: s256 })
    expect(await outcome(call(inMission))).toBe('200')
    await resource.missions.terminate(mission)
    expect(await outcome(call(inMission))).toBe('403 mission_terminated')
    expect(await outcome(call(await agent.authToken({ scope: 'notes.read' })))).toBe('403 mission_required')
  })

  it('is waived by name', async () => {
    const { agent, call } = await makeWorld(required)
    const without = await agent.authToken({ scope: 'notes.read' })
    expect(await outcome(call(without, { requirement: { mission: 'optional' } }))).toBe('200')
    expect(
      await outcome(
        call(await agent.agentToken(), { requirement: { accept: 'agent-token', mission: 'optional' } }),
      ),
    ).toBe('200')
  })

  it('is overridden by the same member of a route, and by nothing else', async () => {
    const { agent, call } = await makeWorld({
      ...notes,
      require: { mission: { approver }, person: 'required' },
    })
    const nobody = await agent.authToken({ ...old, mission: s256, claims: { sub: undefined } })
    const other = { mission: { approver: 'https://other.example' } }
    expect([
      await outcome(call(nobody)),
      await outcome(call(nobody, { requirement: { person: 'optional' } })),
      await outcome(call(nobody, { requirement: { person: 'optional', ...other } })),
    ]).toEqual(['403 person_required', '200', '403 mission_mismatch'])
  })

  it('may be a class, which a route waives by name [CLASS-3]', async () => {
    const { agent, call } = await makeWorld({
      ...notes,
      trust: listed,
      require: { class: { provider: 'https://other-agent.example' } },
    })
    const token = await agent.authToken({ ...old, mission: s256 })
    expect([
      await outcome(call(token)),
      await outcome(call(token, { requirement: { class: { provider: 'https://agent.example' } } })),
      await outcome(call(await agent.authToken(old), { requirement: { class: 'any' } })),
    ]).toEqual(['403 class_mismatch', '200', '200'])
  })

  it('may be empty, and then a route with a class has nothing to waive', async () => {
    const { agent, call } = await makeWorld({ ...notes, trust: listed, require: { mission: 'optional' } })
    const requirement = { class: { provider: 'https://agent.example' } }
    expect(await outcome(call(await agent.authToken({ ...old, mission: s256 }), { requirement }))).toBe('200')
  })

  it('may forbid missions, and a mission that an agent only asserts does not count', async () => {
    const { agent, call } = await makeWorld({ ...notes, require: { mission: 'forbidden' } })
    expect([
      await outcome(call(await agent.authToken(old), { mission })),
      await outcome(call(await agent.authToken({ ...old, mission: s256 }))),
    ]).toEqual(['200', '403 access_denied'])
  })

  it('does not affect metadata, keys and unsigned callers of an optional route', async () => {
    const { resource } = await makeWorld(required)
    expect(await published(resource, '/.well-known/aauth-resource.json')).toMatchObject({
      access_mode: 'auth-token',
    })
    expect(await published(resource, '/aauth/jwks.json')).toMatchObject({ keys: [{ kid: 'r1' }] })
    const handler = fetchGuard(resource, { optional: true })((_, auth) =>
      Response.json({ auth: auth ?? null }),
    )
    expect((await handler(new Request('https://notes.example/notes'))).status).toBe(200)
  })

  it('does not affect revocations', async () => {
    const world = await makeRevocationWorld(required)
    const token = await world.agent.authToken({ scope: 'notes.read', mission: s256 })
    const { jti, exp } = await world.call(token)
    expect((await world.post({ jti, exp })).status).toBe(200)
    expect(await outcome(world.call(token))).toBe('401 revoked_jwt')
  })

  it.each<[string, object]>([
    ['"mision" is not an option of "require": did you mean "mission"?', { mision: 'required' }],
    ['"mission" of "require" is undefined', { mission: undefined }],
    ['"scope" is not an option of "require"', { scope: 'access' }],
    ['"mission" is "yes": write', { mission: 'yes' }],
    ['"person" is true: write', { person: true }],
  ])('is checked at start: %s', (text, require) => {
    expect(made({ require })).toThrow(text)
  })

  it.each([['required'], null, 'required', 7])('must be an object, not %j', (require) => {
    expect(made({ require })).toThrow('"require" is')
  })
})

describe('a route that accepts only agent tokens', () => {
  it.each<[string, Partial<ResourceOptions>, object]>([
    ['by itself', {}, { mission: 'required' }],
    ['by the default of the resource', required, {}],
    ['by the class of the resource', { require: { class: { provider: approver } } }, {}],
  ])('is refused at start when a mission is required %s [RT-11]', (_, options, requirement) => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any', ...options })
    expect(() => fetchGuard(resource, { accept: 'agent-token', ...requirement })).toThrow(
      "accept another kind, or write mission: 'optional'",
    )
  })
})

describe('a resource token that could only lead to a mission_required refusal', () => {
  const notFromMe = { mission: { approver: 'https://other.example' } }
  const older = { ...required, generations: ['mission-header'] } as const

  it.each<[string, Partial<ResourceOptions>, (world: World) => Promise<string>, object, string]>([
    ['a person token without', required, ({ agent }) => agent.personToken(), {}, '403 mission_required'],
    [
      "a person token of another approver's",
      { ...notes, require: notFromMe },
      ({ agent }) => agent.personToken({ mission: s256 }),
      {},
      '403 mission_mismatch',
    ],
    [
      'an agent token without, before draft 11,',
      older,
      ({ agent }) => agent.agentToken(),
      {},
      '403 mission_required',
    ],
    [
      "an agent token with another approver's, before draft 11,",
      { ...older, require: notFromMe },
      ({ agent }) => agent.agentToken(),
      { mission },
      '403 mission_mismatch',
    ],
    [
      'an agent token in draft 11',
      required,
      ({ agent }) => agent.agentToken(),
      {},
      '401 person_token_required',
    ],
  ])(
    'is not issued for %s, by a guard or at the endpoint [MISS-10, RT-8]',
    async (_, options, mint, how, expected) => {
      const world = await makeWorld(options)
      const token = await mint(world)
      expect(await outcome(world.call(token, how))).toBe(expected)
      const asked = askForToken(world, { token, body: { scope: 'nobody.described.it' }, ...how })
      expect(
        verdict(await asked)
          .slice(0, 2)
          .join(' '),
      ).toBe(expected)
    },
  )

  it('is not issued for an auth token without a mission whose scope is too narrow [MISS-10]', async () => {
    const { agent, call } = await makeWorld(required)
    const requirement = { scope: 'notes.write' }
    expect(await outcome(call(await agent.authToken({ scope: 'notes.read' }), { requirement }))).toBe(
      '403 mission_required',
    )
  })

  it('is not issued for a person token with a mission when missions are forbidden [MISS-10]', async () => {
    const { agent, call } = await makeWorld({ ...notes, require: { mission: 'forbidden' } })
    expect(await outcome(call(await agent.personToken({ mission: s256 })))).toBe('403 access_denied')
  })

  it('is issued when an agent of drafts 01 to 10 asserts the mission [MISS-4, RT-8]', async () => {
    const { agent, refusal, resource } = await makeWorld(older)
    const error = await refusal(await agent.agentToken(), { mission })
    expect((await challenged(resource, error)).payload.mission).toEqual(mission)
  })

  it('is issued for a person token with the mission, also at the endpoint [RT-17]', async () => {
    const world = await makeWorld(required)
    const token = await world.agent.personToken({ mission: s256 })
    expect(await outcome(world.call(token))).toBe('401 auth_token_required')
    const { status } = await askForToken(world, { token, body: { scope: 'notes.read' } })
    expect(status).toBe(200)
  })

  it('is replaced by a challenge whose detail names mission_s256 [CHAL-3]', async () => {
    const { agent, refusal } = await makeWorld(required)
    const { problem, headers } = await refusal(await agent.agentToken())
    expect([problem.detail, headers['aauth-requirement']]).toEqual([
      'Sign the request with a person token that carries mission_s256.',
      'requirement=person-token',
    ])
  })
})

it('a challenge for a person token does not mention a mission when none is required', async () => {
  const { agent, refusal } = await makeWorld(notes)
  const { code, problem } = await refusal(await agent.agentToken(), {
    requirement: { accept: 'person-token' },
  })
  expect([code, problem.detail]).toEqual(['person_token_required', 'Sign the request with a person token.'])
})

describe('when a mission is required,', () => {
  const withMission = 'Sign the request with a person token that carries mission_s256.'

  it('an agent token is challenged for a person token with a mission if the route accepts both [MISS-10]', async () => {
    const { agent, refusal } = await makeWorld(required)
    const requirement = { accept: ['agent-token', 'person-token'] } as const
    const { code, problem } = await refusal(await agent.agentToken(), { requirement })
    expect([code, problem.detail]).toEqual(['person_token_required', withMission])
  })

  it('a person token without a mission is refused even if the route accepts person tokens [MISS-10]', async () => {
    const { agent, call } = await makeWorld(required)
    const requirement = { accept: 'person-token' } as const
    expect(await outcome(call(await agent.personToken(), { requirement }))).toBe('403 mission_required')
  })

  it('an auth token of drafts 01 to 10 is challenged for a person token with a mission if the route accepts these', async () => {
    const { agent, refusal } = await makeWorld(required)
    const requirement = { accept: 'person-token' } as const
    const { code, problem } = await refusal(await agent.authToken(old), { requirement })
    expect([code, problem.detail]).toEqual(['person_token_required', withMission])
  })

  it('an auth token whose audience needs the older jti is challenged for a person token with a mission [RT-7]', async () => {
    const legacyPersonTokenJti = [approver]
    const { agent, refusal } = await makeWorld({ ...required, legacyPersonTokenJti })
    const token = await agent.authToken({ scope: 'notes.read', mission: s256 })
    const { code, problem } = await refusal(token, { requirement: { scope: 'notes.write' } })
    expect([code, problem.detail]).toEqual(['person_token_required', withMission])
  })

  it('an auth token at the authorization endpoint is challenged for a person token with a mission [RT-17]', async () => {
    const world = await makeWorld(required)
    const token = await world.agent.authToken({ scope: 'notes.read', mission: s256 })
    const { body } = await askForToken(world, { token })
    expect(JSON.parse(body)).toMatchObject({ error: 'person_token_required', detail: withMission })
  })
})
