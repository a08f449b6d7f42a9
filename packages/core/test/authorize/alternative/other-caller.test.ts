import {
  authorize,
  capabilitiesOf,
  issueResourceToken,
  lifetimeOf,
  type OtherCaller,
  stepUp,
  verifyContent,
} from '@aauth-guard/core'
import { contentBinding, readCaller, readIdentity } from '@aauth-guard/core/adapter'
import { assertGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it, vi } from 'vitest'
import { scene } from './scene.ts'

describe('what needs AAuth refuses an OtherCaller', () => {
  it('as a TypeError that says why', async () => {
    const { authorize, resource } = await scene()
    const other = (await authorize()) as never
    const grant = { resource: 'https://notes.example' } as never
    const uses: Readonly<Record<string, () => unknown>> = {
      stepUp: () => stepUp(resource, other, { scope: 'notes.write' }),
      lifetimeOf: () => lifetimeOf(other),
      missionGrant: () => missionGrant(other),
      mayResume: () => mayResume(grant, other),
      capabilitiesOf: () => capabilitiesOf(other),
      contentBinding: () => contentBinding(other),
    }
    for (const use of Object.values(uses))
      expect(use).toThrow(/^the caller has another credential than AAuth, which carries no person/)
    await expect(issueResourceToken(resource, other, { scope: 'notes.write' })).rejects.toThrow(
      'the caller has another credential than AAuth',
    )
    expect(() => readIdentity(other, 'auth-token', '')).toThrow(
      'the caller came with "X-API-Key", which is not AAuth: use getCaller, whose result has a "type"',
    )
    expect(readCaller(other, '')).toBe(other)
  })

  it('while an Auth is read as a caller only once its content was compared', async () => {
    const { agent, net, resource } = await scene()
    const token = await agent.authToken({ scope: 'notes.read' })
    const sent = { method: 'POST', body: 'a note' }
    const message = await agent.sign(`${net.resource}/notes`, sent, { token, digest: true })
    const request = { ...toSignedRequest(message), body: undefined }
    const auth = await authorize(resource, request, {}, { content: 'later' })
    expect(() => readCaller(auth, 'read it')).toThrow(
      expect.objectContaining({ code: 'server_error', hint: expect.stringContaining('read it') }),
    )
    await verifyContent(auth, new TextEncoder().encode('a note'))
    expect([readCaller(auth, ''), readCaller(undefined, '')]).toEqual([auth, undefined])
  })

  it('as 403 where a grant is required, without looking for the grant', async () => {
    const { authorize, events } = await scene()
    const load = vi.fn()
    const caller = (await authorize()) as OtherCaller
    await expect(assertGrant(caller, load)).rejects.toMatchObject({ status: 403, code: 'access_denied' })
    expect(load).not.toHaveBeenCalled()
    expect(events).toMatchObject([
      { point: 'guard', outcome: 'accepted', credential: 'other', scheme: 'X-API-Key', step: 1 },
      { point: 'grant', outcome: 'refused', credential: 'other', scheme: 'X-API-Key', step: 2 },
    ])
    await expect(assertGrant({ ...caller }, load)).rejects.toThrow('the caller is a copy')
  })
})
