import { authorize, createResource } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

async function arriving(world: World, signedFor: string, target: string): Promise<string> {
  const token = await world.agent.authToken({ scope: 'access' })
  const message: SignedMessage = await world.agent.sign(signedFor, {}, { token, cover: ['@query'] })
  return authorize(world.resource, toSignedRequest({ ...message, target })).then(
    ({ type }) => type,
    ({ code }) => code,
  )
}

describe('a prefix that a proxy strips', () => {
  it.each([
    ['https://notes.example/api/notes', '/notes', 'auth-token'],
    ['https://notes.example/api/notes?page=2', '/notes?page=2', 'auth-token'],
    ['https://notes.example/api/', '/', 'auth-token'],
    ['https://notes.example/api/a%2Fb', '/a%2Fb', 'auth-token'],
    ['https://notes.example/notes', '/notes', 'invalid_signature'],
    ['https://notes.example/api/notes', '/api/notes', 'invalid_signature'],
    ['https://notes.example/api/notes', '/x/../notes', 'invalid_request'],
  ])(
    'is added before the signature for %s, arriving as %s, is verified: %s [SIG-15]',
    async (url, target, expected) => {
      expect(await arriving(await makeWorld({ strippedPrefix: '/api' }), url, target)).toBe(expected)
    },
  )

  it('leaves a required @request-target in absolute form without a value, which no signature can cover [SIG-15]', async () => {
    const world = await makeWorld({ strippedPrefix: '/api' })
    const token = await world.agent.authToken({ scope: 'access' })
    const cover = ['@request-target']
    const message = await world.agent.sign('https://notes.example/api/notes', {}, { token, cover })
    const request = toSignedRequest({ ...message, target: 'https://notes.example/notes' })
    const refused = authorize(world.resource, request, { components: ['@request-target'] })
    await expect(refused).rejects.toMatchObject({ code: 'invalid_signature' })
  })

  it.each(['api', '/api/', '/', '/a/../b', '/api?x', '/api#x', 'https://notes.example/api', '/a b', 7])(
    'is refused at start as %j, so that no published endpoint has a query or a fragment [R11-010]',
    (strippedPrefix) => {
      const options = { issuer: 'https://notes.example', trust: 'any', strippedPrefix } as never
      expect(() => createResource(options)).toThrow(TypeError)
    },
  )
})
