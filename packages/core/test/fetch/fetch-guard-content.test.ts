import type { Auth } from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toRequest } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'

const maxContent = 1_048_576

let world: World
let token: string
beforeAll(async () => {
  // The tests send one note several times within a second.
  world = await makeWorld({ replay: 'off' })
  token = await world.agent.authToken({ scope: 'access' })
})

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  digest: boolean,
  sent: string | Uint8Array<ArrayBuffer> | ReadableStream = body,
): Promise<Request> {
  const message = await world.agent.sign(
    'https://notes.example/notes',
    { method: 'POST', body },
    { token, digest },
  )
  return new Request(toRequest(message), { body: sent, duplex: 'half' })
}

const echo = (request: Request, auth: Auth): Promise<Response> =>
  request.text().then((text) => Response.json({ text, binding: contentBinding(auth) }))

describe('content under a covered digest', () => {
  it('is compared, and the handler can still read it [SIG-12, N01]', async () => {
    const response = await fetchGuard(world.resource, {})(echo)(await post('a note', true))
    expect([response.status, await response.json()]).toEqual([200, { text: 'a note', binding: 'checked' }])
  })

  it('that was changed is refused before the handler runs [SIG-12, R11-104, N01]', async () => {
    const guarded = fetchGuard(
      world.resource,
      {},
    )(() => {
      throw new Error('the handler ran')
    })
    const response = await guarded(await post('a note', true, 'another'))
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('that is empty is compared too [N08]', async () => {
    const message = await world.agent.sign(
      'https://notes.example/notes',
      { method: 'POST' },
      { token, digest: true },
    )
    const response = await fetchGuard(world.resource, {})(echo)(toRequest(message))
    expect(await response.json()).toEqual({ text: '', binding: 'checked' })
  })

  it('that is an empty stream can still be read [N08]', async () => {
    const empty = new ReadableStream({ start: (controller) => controller.close() })
    const response = await fetchGuard(world.resource, {})(echo)(await post('', true, empty))
    expect([response.status, await response.json()]).toEqual([200, { text: '', binding: 'checked' }])
  })

  it('is passed on by hosts whose requests are not of the class of the runtime', async () => {
    const request = await post('a note', true)
    const get = (of: Request, name: string | symbol): unknown => {
      const value: unknown = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    }
    expect(() => new Request(new Proxy(request, { get }))).toThrow(TypeError)
    const response = await fetchGuard(world.resource, {})(echo)(new Proxy(request, { get }))
    expect([response.status, await response.json()]).toEqual([200, { text: 'a note', binding: 'checked' }])
  })

  it.each([
    [maxContent, 200],
    [maxContent + 1, 413],
  ])('of %i octets is answered with %i [N09]', async (octets, status) => {
    const body = new Uint8Array(octets)
    const guarded = fetchGuard(world.resource, {})(() => new Response())
    expect((await guarded(await post(body, true))).status).toBe(status)
  })

  it('that never ends is read only up to the limit, and answered as too large [N09]', async () => {
    let pulled = 0
    let cancelled = false
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
      cancel() {
        cancelled = true
      },
    })
    const guarded = fetchGuard(world.resource, {})(() => new Response())
    const response = await guarded(await post('a note', true, endless))
    const { error } = (await response.json()) as { error: string }
    expect([response.status, error, cancelled]).toEqual([413, 'content_too_large', true])
    expect(pulled).toBeLessThan(maxContent + 4 * 65_536)
  })
})

describe('content without a covered digest', () => {
  it('reaches the handler unread, however long it is', async () => {
    const sent = await post('a note', false)
    const guarded = fetchGuard(
      world.resource,
      {},
    )((request, auth) => {
      expect([request, contentBinding(auth), request.bodyUsed]).toEqual([sent, 'uncovered', false])
      return new Response()
    })
    expect((await guarded(sent)).status).toBe(200)
  })
})

describe('a route that demands the digest', () => {
  const requirement = { components: ['content-digest'] }

  it.each([
    ['content without it', (): Promise<Request> => post('a note', false), 401],
    ['content with it', (): Promise<Request> => post('a note', true), 200],
  ])('gives the right status for %s', async (_, make, status) => {
    const guarded = fetchGuard(world.resource, requirement)(() => new Response())
    expect((await guarded(await make())).status).toBe(status)
  })

  it('requires no digest of a request without content [SIG-8]', async () => {
    const message = await world.agent.sign('https://notes.example/notes', {}, { token })
    const guarded = fetchGuard(world.resource, requirement)(() => new Response())
    expect((await guarded(toRequest(message))).status).toBe(200)
  })
})
