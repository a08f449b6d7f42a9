import type { AnyRequirement, ResourceOptions } from '@aauth-guard/core'
import { validateRequirement } from '@aauth-guard/core/adapter'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
const all = ['agent-token', 'person-token', 'auth-token'] as const
const older: Partial<ResourceOptions> = { generations: ['mission-header'] }

const withoutScope: [requirement: AnyRequirement, options?: Partial<ResourceOptions>][] = [
  [{ accept: all }],
  [{ accept: all, person: 'required' }],
  [{ accept: all, mission: 'optional', account: 'work' }],
  [{ accept: 'agent-token' }],
  [{ accept: 'person-token', mission: 'required' }],
  [{ accept: ['agent-token', 'person-token'], mission: 'required' }],
  [{ accept: ['agent-token', 'auth-token'] }, older],
  [{ accept: ['agent-token', 'auth-token'], person: 'required' }, older],
]

const withScope: [requirement: AnyRequirement, options?: Partial<ResourceOptions>][] = [
  [{}],
  [{ accept: ['agent-token', 'auth-token'] }],
  [{ accept: ['person-token', 'auth-token'] }],
  [{ accept: all, mission: 'required' }],
  [{ accept: all }, { require: { mission: 'required' } }],
  [{ accept: 'auth-token' }, older],
  [{ accept: ['agent-token', 'auth-token'], mission: 'required' }, older],
]

describe('a route without a scope, of a resource with several', () => {
  it.each(withoutScope)(
    '%j never asks for an auth token, which would need one',
    async (requirement, options) => {
      const world = await makeWorld({ scopes, ...options })
      const { agent, call, resource } = world
      expect(() => validateRequirement(resource, requirement)).not.toThrow()
      const mission = { mission: s256 }
      const tokens = [
        await agent.agentToken(),
        await agent.personToken(),
        await agent.personToken(mission),
        await agent.authToken({ scope: 'notes.read' }),
        await agent.authToken({ scope: 'notes.read', ...mission }),
        await agent.authToken({ scope: 'notes.read', generation: 'mission-header' }),
        await agent.authToken({ scope: 'notes.read', generation: 'mission-header', ...mission }),
      ]
      for (const token of tokens) {
        const code = await call(token, { requirement }).then(
          () => 'accepted',
          (error: { code?: string }) => error.code,
        )
        expect(code).toBeDefined()
        expect(code).not.toBe('auth_token_required')
      }
    },
  )

  it.each(withScope)('%j is refused, since it may ask for an auth token', async (requirement, options) => {
    const { resource } = await makeWorld({ scopes, ...options })
    expect(() => validateRequirement(resource, requirement)).toThrow('"scope" of a route is missing')
  })
})
