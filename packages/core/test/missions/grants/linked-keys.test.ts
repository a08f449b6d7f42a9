import { type MissionGrant, mayResume, missionGrant, type Resumption } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { found, grantOf, newer, provider } from './kept-grant.ts'
import { makeFleet, one } from './runtimes.ts'

describe('a key that was linked to a provider', () => {
  const linked = { linkedKeys: 300 }
  async function foundAfter(seconds: number, grant: Partial<MissionGrant>, of = 'own'): Promise<Resumption> {
    const own = await makeFleet(linked)
    const runtime = await own.runtime('second', of === 'own' ? undefined : own.otherProvider)
    await own.auth(runtime, { kind: 'agent-token' })
    own.net.clock.advance(seconds)
    return mayResume(grantOf({ ...newer, ...grant }), await own.auth(runtime, { mission: one }), 'linked-key')
  }

  it.each<[number, string, Resumption]>([
    [0, 'own', 'match'],
    [299, 'own', 'match'],
    [300, 'own', 'class_unknown'],
    [0, 'other', 'class_mismatch'],
    [300, 'other', 'class_unknown'],
  ])(
    '%d seconds ago, with a token of its %s provider, leads to %s [CLASS-2, CLASS-3]',
    async (seconds, of, expected) => {
      expect(await foundAfter(seconds, { class: { provider } }, of)).toBe(expected)
    },
  )

  it('leaves a grant without a class when the agent token contradicts the token of the grant [AUTH-4]', async () => {
    const own = await makeFleet(linked)
    const runtime = await own.runtime('second', own.otherProvider)
    const lying = {
      mission: one,
      generation: 'mission-header',
      claims: { agent: 'aauth:second@agent.example' },
    } as const
    expect(missionGrant(await own.auth(runtime, lying)).class).toEqual({ provider })
    await own.auth(runtime, { kind: 'agent-token' })
    expect(missionGrant(await own.auth(runtime, lying)).class).toBeNull()
  })

  it('has no effect when the grant has no provider [CLASS-2]', async () => {
    expect(await foundAfter(0, { class: null })).toBe('class_unknown')
  })

  it('has no effect under another policy [CLASS-2]', async () => {
    const own = await makeFleet(linked)
    const runtime = await own.runtime('second')
    await own.auth(runtime, { kind: 'agent-token' })
    const auth = await own.auth(runtime, { mission: one })
    expect(found(grantOf({ ...newer, class: { provider } }), auth)).toEqual([
      'class_unknown',
      'match',
      'class_unknown',
      'match',
    ])
  })

  it('is linked again by every agent token', async () => {
    const own = await makeFleet(linked)
    const runtime = await own.runtime('second')
    for (let round = 0; round < 3; round++) {
      await own.auth(runtime, { kind: 'agent-token' })
      own.net.clock.advance(200)
    }
    const auth = await own.auth(runtime, { mission: one })
    expect(mayResume(grantOf({ ...newer, class: { provider } }), auth, 'linked-key')).toBe('match')
  })

  it('is not linked by a refused token [CLASS-2]', async () => {
    const own = await makeFleet(linked)
    const runtime = await own.runtime('second')
    const key = own.otherProvider.key
    const forged = await runtime.agentToken({ key, header: { kid: 'key-1' } })
    expect((await own.refusal(forged, { requirement: { accept: 'agent-token' } })).status).toBe(401)
    const auth = await own.auth(runtime, { mission: one })
    expect(mayResume(grantOf({ ...newer, class: { provider } }), auth, 'linked-key')).toBe('class_unknown')
  })

  it('belongs to one runtime only [CLASS-2]', async () => {
    const own = await makeFleet(linked)
    await own.auth(await own.runtime('first'), { kind: 'agent-token' })
    const auth = await own.auth(await own.runtime('second'), { mission: one })
    expect(mayResume(grantOf({ ...newer, class: { provider } }), auth, 'linked-key')).toBe('class_unknown')
  })
})
