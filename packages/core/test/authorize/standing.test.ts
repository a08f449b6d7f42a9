import { type AnyRequirement, authorize, createResource } from '@aauth-guard/core'
import { type Standing, standingOf } from '@aauth-guard/core/adapter'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const all = ['agent-token', 'person-token', 'auth-token'] as const

const scopes = { 'notes.read': 'Read notes', 'notes.write': 'Write notes' }

describe('how a verified caller stands to a requirement', () => {
  it.each<[what: string, requirement: AnyRequirement, standing: Standing]>([
    ['a scope that it has', { scope: 'notes.read' }, 'granted'],
    ['a scope that it lacks', { scope: 'notes.write' }, 'grantable'],
    ['the mission that it has', { scope: 'notes.read', mission: 'required' }, 'granted'],
    ['no mission', { scope: 'notes.read', mission: 'forbidden' }, 'refused'],
    [
      'a mission of another approver',
      { scope: 'notes.read', mission: { approver: 'https://b.example' } },
      'refused',
    ],
    ['an account', { scope: 'notes.read', account: 'a-1' }, 'refused'],
    ['an agent token', { accept: 'agent-token', mission: 'optional' }, 'grantable'],
  ])('for %s it is %s', async (_, requirement, standing) => {
    const { agent, call, refusals } = await makeWorld({ scopes, defaultScope: 'notes.read' })
    const auth = await call(await agent.authToken({ scope: 'notes.read', mission: s256 }))
    expect(await standingOf(auth, requirement)).toBe(standing)
    expect(refusals).toEqual([])
  })

  it('does not call "check"', async () => {
    const { agent, call } = await makeWorld({ scopes, defaultScope: 'notes.read' })
    const auth = await call(await agent.authToken({ scope: 'notes.read' }))
    const check = (): never => expect.unreachable()
    expect(await standingOf(auth, { scope: 'notes.read', check })).toBe('granted')
  })
})

describe('a route that accepts every kind of token', () => {
  it('needs no scope, since it never asks for an auth token', async () => {
    const { agent, call } = await makeWorld({ scopes })
    const auth = await call(await agent.agentToken(), { requirement: { accept: all } })
    expect(auth.type).toBe('agent-token')
  })

  it('needs one where it requires a mission, for which it may ask', async () => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any', scopes })
    await expect(authorize(resource, {} as never, { accept: all, mission: 'required' })).rejects.toThrow(
      '"scope" of a route is missing',
    )
    resource.close()
  })
})
