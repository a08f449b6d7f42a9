import { afterAll, beforeAll, expect, it } from 'vitest'
import { read, type ServedApp, serveApp } from './served-app.ts'

// Cache Components refuse the options of routes that they replace.
const without = ['app/revalidated', 'app/listed', 'app/forced', 'app/rendered']

let app: ServedApp
beforeAll(async () => {
  app = await serveApp({ BASE_PATH: '/docs', TRAILING_SLASH: '1', CACHE_COMPONENTS: '1' }, without)
})
afterAll(() => app.close())

const served = (told: object) => expect.objectContaining({ status: 200, told: expect.objectContaining(told) })
const refused = expect.objectContaining({ status: 401, told: 'invalid_signature' })

it('the signed path includes the base path, which the handler does not see [E21]', async () => {
  expect([
    await app.call('/docs/notes/a/?q=a%20b', { cover: ['@query'] }),
    await app.call('/notes/a/', { target: '/docs/notes/a/' }),
    await app.call('/docs/docs/notes/a/', { target: '/docs/notes/a/' }),
  ]).toEqual([served({ id: ['a'] }), refused, refused])
})

it('a path outside of the base path is not served', async () => {
  expect((await app.call('/docs/notes/a/', { target: '/notes/a/' })).status).toBe(404)
})

it('a path without the slash is redirected, and the signature over it does not serve with the slash', async () => {
  const { status, headers } = await app.call('/docs/notes/a')
  expect([
    status,
    headers.get('location'),
    await app.call('/docs/notes/a', { target: '/docs/notes/a/' }),
  ]).toEqual([308, '/docs/notes/a/', refused])
})

it('content is compared with the digest behind the base path', async () => {
  expect(await app.call('/docs/notes/', { method: 'POST', body: 'milk', digest: true })).toEqual(
    served({ text: 'milk' }),
  )
})

it('the metadata names endpoints behind the base path, and these are served', async () => {
  const { told } = await read(await fetch(`${app.url}/docs/.well-known/aauth-resource.json`))
  expect(told).toEqual(expect.objectContaining({ jwks_uri: 'https://notes.example/docs/aauth/jwks.json' }))
  expect(await read(await fetch(`${app.url}/docs/aauth/jwks.json`))).toEqual(
    served({ keys: expect.any(Array) }),
  )
})

it('a protected route is not rendered in advance with Cache Components', async () => {
  const unsigned = await read(await fetch(`${app.url}/docs/cached/`))
  expect([await app.call('/docs/cached/'), unsigned, await app.call('/docs/cached/')]).toEqual([
    served({ sub: 'person-1' }),
    refused,
    served({ sub: 'person-1' }),
  ])
  expect(app.output).toMatch(/ƒ \/cached$/m)
})

it('a resource that does not name the base path is refused', async () => {
  const { told } = await read(await fetch(`${app.url}/docs/unprefixed/`))
  expect(told).toEqual({
    message: '"strippedPrefix" of the resource is "", but "basePath" of the application is "/docs": add it',
  })
})
