import { issueResourceToken, stepUp } from '@aauth-guard/core'
import { challenged, notes, refusalOf, verified } from '@aauth-guard/fixtures/issued'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const undescribed: readonly (readonly [what: string, scope: string | readonly string[]])[] = [
  ['a scope nobody described', 'notes.purge'],
  ['one of several', ['notes.read', 'notes.purge']],
  ['two in one string', 'notes.read notes.write'],
  ['the name of an inherited member', 'constructor'],
  ['an empty string', ''],
  ['an empty list', []],
  ['a list in a list', [['notes.read', 'notes.purge']] as never],
  ['nothing', undefined as never],
]

describe.each(undescribed)('%s', (_, scope) => {
  it('is invalid_scope in issueResourceToken [RT-11, R11-165, R11-275, M05]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const { status, code } = await refusalOf(issueResourceToken(resource, auth, { scope }))
    expect([status, code]).toEqual([400, 'invalid_scope'])
  })

  it('is a TypeError in stepUp [RT-11, R11-165, R11-275, M05]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    expect(() => stepUp(resource, auth, { scope })).toThrow(
      /^"scope" (?:of stepUp is empty: name|contains .*, which "scopes" of the resource does not describe: (?:add|did))/,
    )
  })
})

it('a resource token names a scope once, however often it is requested [RT-11]', async () => {
  const { resource, agent, call } = await makeWorld(notes)
  const auth = await call(await agent.personToken(), { requirement: personRoute })
  const scope = ['notes.write', 'notes.read', 'notes.write']
  const { payload } = await verified(resource, await issueResourceToken(resource, auth, { scope }))
  expect(payload.scope).toBe('notes.write notes.read')
})

describe('a step-up', () => {
  it('requests the granted and the additional scopes [CHAL-7, R11-146]', async () => {
    const { resource, agent, refusal } = await makeWorld(notes)
    const error = await refusal(await agent.authToken({ scope: 'notes.write' }), {
      requirement: { scope: 'notes.read' },
    })
    const { payload } = await challenged(resource, error)
    expect(payload.scope).toBe('notes.write notes.read')
  })

  it('requests no scope of the token that the resource does not describe [RT-11, R11-165, R11-275]', async () => {
    const { resource, agent, refusal } = await makeWorld(notes)
    const error = await refusal(await agent.authToken({ scope: 'email * notes.purge' }), {
      requirement: { scope: 'notes.read' },
    })
    const { payload } = await challenged(resource, error)
    expect(payload.scope).toBe('notes.read')
  })

  it('requests the default scope when the route names none [RT-11]', async () => {
    const { resource, agent, refusal } = await makeWorld({ ...notes, defaultScope: 'notes.write' })
    const { payload } = await challenged(resource, await refusal(await agent.personToken()))
    expect(payload.scope).toBe('notes.write')
  })
})
