import { authorize } from '@aauth-guard/core'
import { assertStillAccepted, bindContent } from '@aauth-guard/core/adapter'
import { monitorMissions } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { granted } from '../missions/watched.ts'

const body = new TextEncoder().encode('{}')

/** What is ended while a caller delays the content of its request. */
const meanwhile: Readonly<Record<string, (world: World, token: string) => unknown>> = {
  expired_jwt: ({ net }) => net.clock.advance(3600),
  revoked_jwt: ({ resource }, token) => {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
    return resource.revoke(claims)
  },
  mission_terminated: ({ resource }) => resource.missions.terminate(mission),
}

async function begin() {
  const missions = monitorMissions({ source: () => ({ status: 'active' }) })
  const world = await makeWorld({ missions, signatureWindow: 300 })
  const token = await world.agent.authToken(granted())
  const url = `${world.net.resource}/notes`
  const message = await world.agent.sign(url, { method: 'POST', body }, { token, digest: true })
  const request = { ...toSignedRequest(message), body: undefined }
  const auth = await authorize(world.resource, request, {}, { content: 'later' })
  return { world, token, auth }
}

const codeOf = (decision: Promise<void>): Promise<string> =>
  decision.then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  )

describe('a caller that delays its content', () => {
  it.each(Object.entries(meanwhile))(
    'is refused with %s when that happens before the content arrives [E06, REV-11]',
    async (code, end) => {
      const { world, token, auth } = await begin()
      const read = async (): Promise<Uint8Array> => {
        await end(world, token)
        return body
      }
      expect(await codeOf(bindContent(auth, read))).toBe(code)
    },
  )

  it.each(Object.entries(meanwhile))(
    'is refused with %s when that happens after a parser has read it',
    async (code, end) => {
      const { world, token, auth } = await begin()
      await bindContent(auth, async () => body)
      await end(world, token)
      expect(await codeOf(assertStillAccepted(auth))).toBe(code)
    },
  )

  it('is accepted when nothing has changed meanwhile', async () => {
    const { auth } = await begin()
    expect(await codeOf(bindContent(auth, async () => body))).toBe('accepted')
  })
})
