import { type AnyRequirement, createResource, type ResourceOptions } from '@aauth-guard/core'
import { validateRequirement } from '@aauth-guard/core/adapter'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { type MissionOptions, monitorMissions } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const base = { issuer: 'https://notes.example', trust: 'any' } as const
const resource = createResource({
  ...base,
  trust: listed,
  scopes: { read: 'Read', write: 'Write' },
  defaultScope: 'read',
})
const provider = 'https://agent.example'

describe('a requirement that would not have the intended effect', () => {
  it.each<[member: string, requirement: unknown]>([
    ['scopes', { scopes: 'read' }],
    ['accepts', { accepts: 'agent-token' }],
    ['accept', { accept: 'bearer' }],
    ['accept', { accept: [] }],
    ['accept', { accept: ['auth-token', 'AUTH-TOKEN'] }],
    ['scope', { scope: 'delete' }],
    ['scope', { scope: '' }],
    ['scope', { scope: 'read write' }],
    ['scope', { scope: ['read', 'delete'] }],
    ['scope', { scope: 7 }],
    ['scope', { scope: 'read', accept: 'agent-token' }],
    ['scope', { scope: 'read', accept: 'person-token' }],
    ['scope', { scope: 'read', accept: ['auth-token', 'agent-token'] }],
    ['person', { person: true }],
    ['person', { person: 'forbidden' }],
    ['person', { person: null }],
    ['person', { person: 'required', accept: 'agent-token' }],
    ['mission', { mission: true }],
    ['mission', { mission: 'any' }],
    ['mission', { mission: 'optional', class: { provider } }],
    ['mission', { accept: 'agent-token', mission: 'required' }],
    ['mission', { accept: 'agent-token', mission: { approver: provider } }],
    ['mission', { mission: null }],
    ['mission', { mission: {} }],
    ['mission', { mission: { approver: 'ps.example' } }],
    ['mission', { mission: { approver: 'https://ps.example/' } }],
    ['mission', { mission }],
    ['class', { class: provider }],
    ['class', { class: null }],
    ['class', { class: {} }],
    ['class', { class: { provider: 'agent.example' } }],
    ['class', { class: { provider, agent: 'aauth:planner@agent.example' } }],
    ['class', { class: { provider }, mission: 'forbidden' }],
    ['class', { class: { provider: [] } }],
    ['class', { class: { provider: [provider, 'agent.example'] } }],
    ['class', { class: { provider: [provider, null] } }],
    ['class', { class: { provider: null } }],
    ['class', { class: { provider: { 0: provider } } }],
    ['class', { class: [provider] }],
    ['classPolicy', { classPolicy: 'allow' }],
    ['classPolicy', { classPolicy: null }],
    ['classPolicy', { classPolicy: ['deny'] }],
    ['tool', { tool: '' }],
    ['tool', { tool: ['FeedbackReader'] }],
    ['tool', { tool: null }],
    ['tool', { tool: 'FeedbackReader', mission: 'forbidden' }],
    ['account', { account: 7 }],
    ['account', { account: null }],
    ['components', { components: ['@status'] }],
    ['components', { components: ['query'] }],
    ['optional', { optional: 'yes' }],
    ['optional', { optional: 1 }],
    ['trust', { trust: 'everybody' }],
    ['trust', { trust: null }],
    ['trust', { trust: { accessServers: 'any' } }],
    ['trust', { trust: { personServers: ['https://ps.example/'] } }],
    ['trust', { trust: { agentProvider: 'any' } }],
    ['check', { check: true }],
  ])('is refused when the guard is made, naming %s: %j', (member, requirement) => {
    const check = (): void => validateRequirement(resource, requirement as AnyRequirement)
    expect(check).toThrow(TypeError)
    expect(check).toThrow(new RegExp(`"${member}`))
  })

  it.each([
    [{ scopes: 'read' }, '"scopes" is not an option of a requirement: did you mean "scope"?'],
    [{ missions: 'required' }, '"missions" is not an option of a requirement: did you mean "mission"?'],
    [
      { scope: undefined },
      '"scope" of a requirement is undefined: leave it out for the default, or give it a value',
    ],
  ])('is refused with the remedy: %j', (requirement, text) => {
    expect(() => validateRequirement(resource, requirement as AnyRequirement)).toThrow(new TypeError(text))
  })

  it.each([
    ['inherits its members', Object.create({ scope: 'read', check: () => false })],
    ['is a Map', new Map([['scope', 'read']])],
    ['is a list', ['read']],
    ['is of a class', new (class Need {})()],
  ])('is refused when it %s, because it would require nothing', (_, requirement) => {
    expect(() => validateRequirement(resource, requirement as never)).toThrow(
      /^the requirement \(.*\) is not a plain object: /,
    )
  })

  it.each([null, undefined, 'read'])('is refused when it is %j', (requirement) => {
    expect(() => validateRequirement(resource, requirement as never)).toThrow(/is not a plain object: /)
  })

  it('is refused when it accepts person tokens that are switched off', () => {
    const old = createResource({ ...base, generations: ['mission-header'] })
    expect(() => validateRequirement(old, { accept: ['agent-token', 'person-token'] })).toThrow(/"accept"/)
  })

  it('is refused when several scopes are described, none is the default and the route names none [R11-165]', () => {
    const several = createResource({ ...base, scopes: { read: 'Read', write: 'Write' } })
    expect(() => validateRequirement(several, {})).toThrow(/"defaultScope"/)
    expect(() => validateRequirement(several, { scope: 'write' })).not.toThrow()
    expect(() => validateRequirement(several, { accept: 'agent-token' })).not.toThrow()
  })

  it.each([
    ['any', undefined],
    [{ personServers: 'any' }, undefined],
    [{ personServers: () => true }, undefined],
    ['any', { personServers: () => true }],
  ] as const)(
    'is refused when it names a class and any person server could claim an agent of it: %j, narrowed by %j [CLASS-2]',
    (trust, routeTrust) => {
      const open = createResource({ ...base, trust })
      const requirement = { class: { provider }, ...(routeTrust && { trust: routeTrust }) }
      expect(() => validateRequirement(open, requirement)).toThrow(
        /^"class" is set on a route that .+ "https:\/\/agent\.example": list the person servers that you trust in "trust\.personServers"$/,
      )
    },
  )

  it('is refused even with an access server if tokens of person servers are accepted as well [CLASS-2]', () => {
    const accessServer = 'https://as.example'
    const both = createResource({ ...base, trust: 'any', accessServer, acceptPersonServerTokens: true })
    expect(() => validateRequirement(both, { class: { provider } })).toThrow(
      /^"class" is set on a route that/,
    )
  })

  it.each<[Partial<ResourceOptions>, AnyRequirement]>([
    [{ trust: listed }, {}],
    [{}, { trust: listed }],
    [{ trust: { agentProviders: 'any' } }, {}],
    [{ accessServer: 'https://as.example' }, {}],
    [{}, { accept: ['agent-token', 'person-token'] }],
  ])(
    'may name a class when a list or the access server limits whose tokens are accepted: %j, %j [CLASS-1]',
    (options, requirement) => {
      const bounded = createResource({ ...base, ...options })
      expect(() => validateRequirement(bounded, { class: { provider }, ...requirement })).not.toThrow()
    },
  )

  it('is refused when it names a tool and there are no mission blobs', () => {
    const watching = (options: MissionOptions) =>
      createResource({ ...base, missions: monitorMissions(options) })
    const remedy = '"tool" is set, but there are no mission blobs: pass "blobs" to monitorMissions()'
    const tool = 'FeedbackReader'
    for (const blobless of [createResource(base), watching({}), watching({ linkedKeys: 60 })])
      expect(() => validateRequirement(blobless, { tool })).toThrow(new TypeError(remedy))
    expect(() => validateRequirement(watching({ blobs: () => undefined }), { tool })).not.toThrow()
  })

  it.each(['', ['FeedbackReader'], null, 7, { name: 'FeedbackReader' }])(
    'is refused when the tool is %j, even if there are mission blobs',
    (tool) => {
      const holding = createResource({ ...base, missions: monitorMissions({ blobs: () => undefined }) })
      expect(() => validateRequirement(holding, { tool: tool as string })).toThrow(
        /^"tool" is .*: write the name of a tool$/,
      )
    },
  )

  it('is refused by the guards themselves', async () => {
    const { agent, call } = await makeWorld()
    const requirement = { scope: 'undescribed' }
    expect(() => fetchGuard(resource, requirement)).toThrow(TypeError)
    await expect(call(await agent.authToken(), { requirement })).rejects.toThrow(TypeError)
  })

  it('is refused for an object that is not a resource of this package', () => {
    expect(() => validateRequirement({ ...resource }, {})).toThrow(/createResource/)
  })
})

describe('a requirement that is well-formed', () => {
  it.each<AnyRequirement>([
    {},
    { scope: [] },
    { scope: ['read', 'write'], mission: 'required', class: { provider }, account: () => 'a' },
    { accept: ['agent-token', 'person-token', 'auth-token'], mission: 'forbidden', optional: true },
    { mission: { approver: 'https://ps.example' }, components: ['@query', 'content-digest'] },
    { accept: 'person-token', mission: 'required', trust: { personServers: () => true } },
    { accept: 'agent-token', mission: 'forbidden', check: () => true },
    { class: { provider: [provider, 'https://other-agent.example'] }, classPolicy: 'mission-only' },
    { class: { provider }, classPolicy: 'same-key' },
    { classPolicy: 'linked-key' },
  ])('is accepted: %j', (requirement) => {
    expect(() => validateRequirement(resource, requirement)).not.toThrow()
  })

  it('is a copy, which later changes of its object do not affect', async () => {
    const { agent, call, refusal } = await makeWorld()
    const requirement: { accept: 'agent-token' | 'auth-token' } = { accept: 'agent-token' }
    const agentToken = await agent.agentToken()
    expect((await call(agentToken, { requirement })).type).toBe('agent-token')
    requirement.accept = 'auth-token'
    expect((await call(agentToken, { requirement })).type).toBe('agent-token')
    expect((await refusal(agentToken, { requirement: { ...requirement } })).status).toBe(401)
  })
})
