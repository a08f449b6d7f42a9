import { authorize, issueResourceToken } from '@aauth-guard/core'
import { notes, verified } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { expect, it } from 'vitest'

it('a header that was added on the way is accepted and is not in the covered components [E24]', async () => {
  const { agent, resource } = await makeWorld()
  const token = await agent.authToken({ scope: 'access' })
  const message = await agent.sign(
    'https://notes.example/notes',
    { headers: { 'x-tag': 'a' } },
    { token, cover: ['x-tag'] },
  )
  const added = { ...message, headers: [...message.headers, ['x-user', 'admin'] as const] }
  const { covered } = await authorize(resource, toSignedRequest(added as typeof message))
  expect([covered.includes('x-tag'), covered.includes('x-user')]).toEqual([true, false])
})

it('no option of a handler changes claims that come from the verified token [L02, M03]', async () => {
  const { agent, call, resource } = await makeWorld(notes)
  const auth = await call(await agent.personToken({ mission: s256 }), {
    requirement: { accept: 'person-token' },
  })
  const options = {
    scope: 'notes.read',
    mission_s256: zeroOctets,
    tenant: 'x',
    ps: 'https://evil.example',
    sub: 'x',
  }
  const outcome = await issueResourceToken(resource, auth, options as never).then(
    async (token) => (await verified(resource, token)).payload,
    (error: Error) => error,
  )
  if (outcome instanceof Error) return expect(outcome).toBeInstanceOf(TypeError)
  expect(outcome).toMatchObject({ mission_s256: s256, ps: 'https://ps.example', sub: 'person-1' })
  expect(outcome.tenant).toBeUndefined()
})
