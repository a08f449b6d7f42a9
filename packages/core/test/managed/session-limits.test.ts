import { authorize } from '@aauth-guard/core'
import { accessFieldsFor } from '@aauth-guard/core/adapter'
import { findStandingConsent, requireInteraction } from '@aauth-guard/core/managed'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { managedStateOf } from '../../src/managed/managed-state.ts'
import { openSession, type SessionValue, sealSession } from '../../src/managed/session-value.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { makeSessions, open } from './session-scene.ts'

describe('a session value', () => {
  it.each(['pending id', 'held id', 'page handle', 'page reference', 'code'])(
    'that was sealed as a %s is ignored, whatever it says [ACCESS-7, R11-197]',
    async (kind) => {
      const scene = await makeSessions()
      const { value } = await scene.consented()
      await scene.use(value)
      const { sealer } = managedStateOf(scene.resource)
      const octets = (await sealer.openText('session', value)) as Uint8Array
      expect(await openSession(sealer, await sealer.sealText('session', octets))).toBeDefined()
      const other = await sealer.sealText(kind, octets)
      await expect(scene.use(other)).rejects.toMatchObject({ status: 401 })
    },
  )

  it('that no header field could carry is not made [ACCESS-1, R11-192]', async () => {
    const scene = await makeSessions()
    const { value } = await scene.consented()
    const { sealer } = managedStateOf(scene.resource)
    const given = (await openSession(sealer, value)) as SessionValue
    const long = { ...given, source: { ...given.source, jti: '\u20ac'.repeat(600) } }
    expect([await sealSession(sealer, long), typeof (await sealSession(sealer, given))]).toEqual([
      undefined,
      'string',
    ])
  })
})

describe('a consent', () => {
  it('is over at its end, even if the clock of the store is behind [ACCESS-4, R11-197]', async () => {
    const scene = await makeSessions({ stores: { records: new RecordMemory(() => 1_790_000_000) } })
    await scene.consented(undefined, {}, { lifetime: 60 })
    const standing = async (): Promise<unknown> =>
      findStandingConsent(scene.resource, await scene.use(undefined, { requirement: open }))
    scene.net.clock.advance(59)
    expect(await standing()).toMatchObject({ person: 'alice' })
    scene.net.clock.advance(1)
    expect(await standing()).toBeUndefined()
  })

  it('that stands grants no scope that the resource does not describe any more [ACCESS-4]', async () => {
    const { stores } = makeSharedStores()
    const before = await makeSessions({ stores })
    await before.consented(undefined, {}, { scope: ['notes.read', 'notes.write'] })
    const { resource, agent, token, net } = await makeSessions({ stores, scopes: { 'notes.read': 'Read' } })
    const route = requireInteraction(
      resource,
      { name: 'notes', accept: 'agent-token', sessions: true },
      { scope: 'notes.read' },
    )
    const message = await agent.sign(`${net.resource}/notes`, {}, { token })
    const auth = await authorize(resource, toSignedRequest(message), route)
    expect(auth.scopes).toEqual(['notes.read'])
    expect(accessFieldsFor(auth)).toHaveLength(2)
  })
})
