import { type Auth, authorize } from '@aauth-guard/core'
import { checkContent, fetchRequest } from '@aauth-guard/core/fetch'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

describe('a Request of a fetch host', () => {
  it('is one request to all guards, even after its content was compared [E23]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken({ scope: 'access' })
    const options = { method: 'POST', body: 'note' }
    const request = toRequest(
      await world.agent.sign('https://notes.example/notes', options, { token, digest: true }),
    )
    const auth: Auth = await authorize(world.resource, fetchRequest(request), {}, { content: 'later' })
    const unread = await checkContent(auth, request)
    expect([unread === request, unread.bodyUsed, await unread.clone().text()]).toEqual([false, false, 'note'])
    expect(fetchRequest(unread)).toBe(fetchRequest(request))
    expect((await authorize(world.resource, fetchRequest(unread))).jti).toBe(auth.jti)
    expect(await checkContent(auth, unread)).toBe(unread)
  })

  it.each([
    ['is frozen', Object.freeze],
    ['takes no more properties', Object.preventExtensions],
    ['has another prototype', (request: Request) => Object.setPrototypeOf({ ...shownBy(request) }, null)],
  ])('is one request to all guards if it %s [E23]', (_title, change: (request: Request) => Request) => {
    const request = change(new Request('https://notes.example/notes', { headers: { 'x-tag': 'a' } }))
    const signed = fetchRequest(request)
    expect([signed.method, signed.target, signed.header('x-tag')]).toEqual(['GET', '/notes', ['a']])
    expect(fetchRequest(request)).toBe(signed)
  })

  it('has joined lines as one value, and none for an absent field [A05]', () => {
    const request = new Request('https://notes.example/notes', {
      headers: [
        ['x-tag', 'a'],
        ['x-tag', 'b'],
      ],
    })
    const signed = fetchRequest(request)
    expect([signed.header('x-tag'), signed.header('x-none')]).toEqual([['a, b'], []])
  })

  it('tells whether there is content', () => {
    const post = new Request('https://notes.example/notes', { method: 'POST', body: '' })
    expect(fetchRequest(new Request('https://notes.example/')).body).toEqual(new Uint8Array())
    expect(fetchRequest(post).body).toBeUndefined()
  })

  it.each([
    ['https://notes.example/notes?a=1', undefined, '/notes?a=1'],
    ['https://notes.example/notes', 'notes.example', '/notes'],
    ['https://notes.example/notes', 'NOTES.example', '/notes'],
    ['https://notes.example/notes', 'notes.example:443', '/notes'],
    ['http://notes.example/notes', 'notes.example:80', '/notes'],
    ['https://notes.example/notes', 'notes.example:80', 'https://notes.example/notes'],
    ['https://notes.example/notes', 'backend.internal', 'https://notes.example/notes'],
    ['https://evil.example/notes', 'notes.example', 'https://evil.example/notes'],
    ['https://evil.example/notes#top', 'notes.example', 'https://evil.example/notes'],
    ['https://notes.example', 'notes.example', '/'],
  ])(
    'with the URL %s and Host %s has the target %s: absolute form when the two differ [E11]',
    (url, host, target) => {
      const headers: Record<string, string> = host === undefined ? {} : { host }
      const request = Object.defineProperty(new Request('https://notes.example/', { headers }), 'url', {
        value: url,
      })
      expect(fetchRequest(request).target).toBe(target)
    },
  )
})

/** What guards ask a request for. */
function shownBy({ url, method, headers, body }: Request): Partial<Request> {
  return { url, method, headers, body }
}
