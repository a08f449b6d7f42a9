import { authorize, createResource } from '@aauth-guard/core'
import { checkContent, fetchGuard, fetchRequest, withoutMissionHeader } from '@aauth-guard/core/fetch'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type SignOptions, toRequest } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'

const url = 'https://notes.example/notes'
const text = `approver="${mission.approver}"; s256="${mission.s256}"`

let world: World
beforeAll(async () => {
  world = await makeWorld()
})

/** A request whose signature covers `AAuth-Mission`. */
async function signed(body?: string, how: Partial<SignOptions> = {}): Promise<Request> {
  const token = await world.agent.authToken({ generation: 'mission-header', mission: mission.s256 })
  const request = {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-tag': 'a' },
    ...(body && { body }),
  }
  return toRequest(await world.agent.sign(url, request, { token, mission, ...how }))
}

/** A `Request` of a host whose headers cannot be changed, as in Deno and Workers. */
function sealed(request: Request): Request {
  const headers = new Headers(request.headers)
  for (const name of ['set', 'append', 'delete'] as const)
    Object.defineProperty(headers, name, {
      value() {
        throw new TypeError('immutable')
      },
    })
  return Object.defineProperty(request, 'headers', { value: headers })
}

const hosts = [
  ['lets everybody change headers', (request: Request) => request],
  ['lets nobody change headers', sealed],
] as const

describe.each(hosts)('a request of a host that %s', (_, host) => {
  it('is passed on without AAuth-Mission and with everything else [MISS-13, L03]', async () => {
    const request = host(await signed('note'))
    const others = [...request.headers].filter(([name]) => name !== 'aauth-mission')
    const { method, signal } = request
    const shown = withoutMissionHeader(request)
    expect([shown.headers.get('aauth-mission'), shown.headers.has('AAuth-Mission')]).toEqual([null, false])
    expect([...shown.headers]).toEqual(others)
    expect([shown.url, shown.method, shown.signal.aborted]).toEqual([url, method, signal.aborted])
    expect([shown.bodyUsed, await shown.text()]).toEqual([false, 'note'])
  })

  it('is passed on without any of several AAuth-Mission lines [MISS-13]', () => {
    const request = new Request(url, {
      headers: [
        ['AAuth-Mission', text],
        ['aauth-mission', text],
      ],
    })
    expect([...withoutMissionHeader(host(request)).headers]).toEqual([])
  })

  it('still verifies at every guard behind [MISS-13, E23]', async () => {
    const request = host(await signed('note'))
    const auth = await authorize(world.resource, fetchRequest(request), {})
    const shown = withoutMissionHeader(request)
    expect(fetchRequest(shown)).toBe(fetchRequest(request))
    expect(fetchRequest(shown).header('aauth-mission')).toEqual([text])
    expect((await authorize(world.resource, fetchRequest(shown), {})).jti).toBe(auth.jti)
    const other = createResource({
      issuer: 'https://notes.example',
      trust: 'any',
      fetch: world.net.fetch,
      now: world.net.clock.now,
    })
    expect((await authorize(other, fetchRequest(shown), {})).jti).toBe(auth.jti)
    expect(withoutMissionHeader(shown)).toBe(shown)
  })

  it('still verifies at a guard that has not seen it before [MISS-13]', async () => {
    const shown = withoutMissionHeader(host(await signed('note')))
    expect(fetchRequest(shown).header('aauth-mission')).toEqual([text])
    expect((await authorize(world.resource, fetchRequest(shown), {})).type).toBe('auth-token')
  })

  it('can have its content compared after the header was removed [MISS-13]', async () => {
    const request = host(await signed('note', { digest: true }))
    const auth = await authorize(world.resource, fetchRequest(request), {}, { content: 'later' })
    const compared = await checkContent(auth, withoutMissionHeader(request))
    expect([compared.headers.has('aauth-mission'), await compared.text()]).toEqual([false, 'note'])
    expect(fetchRequest(compared)).toBe(fetchRequest(request))
  })

  it('is passed on without the header after its content was read', async () => {
    const request = host(await signed('note'))
    await request.text()
    const shown = withoutMissionHeader(request)
    expect([shown.headers.has('aauth-mission'), shown.url, shown.method]).toEqual([false, url, 'POST'])
  })

  it('is passed on as the same object when it has no such header', async () => {
    const request = host(await signed('note', { mission: undefined as never }))
    expect(withoutMissionHeader(request)).toBe(request)
  })

  it('keeps its content as a stream [MISS-13]', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1
          if (pulled > 3) controller.close()
          else controller.enqueue(new TextEncoder().encode(`${pulled}`))
        },
      },
      { highWaterMark: 0 },
    )
    const init = { method: 'POST', headers: { 'aauth-mission': text }, body, duplex: 'half' }
    const shown = withoutMissionHeader(host(new Request(url, init as RequestInit)))
    expect(pulled).toBe(0)
    expect(await shown.text()).toBe('123')
  })
})

describe.each(hosts)('behind fetchGuard on a host that %s', (_, host) => {
  const tell = async (request: Request): Promise<Response> =>
    Response.json({
      mission: [request.headers.get('aauth-mission'), [...request.headers.keys()].includes('aauth-mission')],
      tag: request.headers.get('x-tag'),
      content: await request.text(),
    })
  const told = { mission: [null, false], tag: 'a', content: 'note' }

  it.each<[string, Partial<SignOptions>]>([
    ['whose content is not covered', {}],
    ['whose content was compared', { digest: true }],
  ])('a request %s has no AAuth-Mission [MISS-13]', async (_title, how) => {
    const guard = fetchGuard(world.resource, {})
    const response = await guard(tell)(host(await signed('note', how)))
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it('a second guard, and one of another resource, still verify the request [MISS-13, E23]', async () => {
    const other = createResource({
      issuer: 'https://notes.example',
      trust: 'any',
      fetch: world.net.fetch,
      now: world.net.clock.now,
    })
    const [first, second, third] = [world.resource, world.resource, other].map((one) => fetchGuard(one, {}))
    const app = first?.((a) => second?.((b) => third?.(tell)(b) as Promise<Response>)(a) as Promise<Response>)
    const response = await app?.(host(await signed('note', { digest: true })))
    expect([response?.status, await response?.json()]).toEqual([200, told])
  })

  it('a request without a credential has no AAuth-Mission either [MISS-13]', async () => {
    const guard = fetchGuard(world.resource, { optional: true })
    const request = new Request(url, {
      method: 'POST',
      body: 'note',
      headers: { 'aauth-mission': text, 'x-tag': 'a' },
    })
    const response = await guard(tell)(host(request))
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it.each(['person-token', 'mission-header'] as const)(
    'a request with a token of draft 11 has no AAuth-Mission either, when %s is served [MISS-8, MISS-13]',
    async (generation) => {
      const { resource, agent, net } = await makeWorld({
        generations: generation === 'person-token' ? ['person-token'] : ['person-token', 'mission-header'],
      })
      const token = await agent.authToken()
      const request = { method: 'POST', headers: { 'x-tag': 'a' }, body: 'note' }
      const message = await agent.sign(`${net.resource}/notes`, request, { token, mission })
      const response = await fetchGuard(resource, {})(tell)(host(toRequest(message)))
      expect([response.status, await response.json()]).toEqual([200, told])
    },
  )

  it('a request without the header is passed on unchanged', async () => {
    const request = host(await signed('note', { mission: undefined as never }))
    let handed: Request | undefined
    await fetchGuard(
      world.resource,
      {},
    )((given) => {
      handed = given
      return new Response()
    })(request)
    expect(handed).toBe(request)
  })

  it('a refused request does not reach the handler', async () => {
    const request = host(await signed('note', { mistake: 'flip-signature' }))
    const response = await fetchGuard(world.resource, {})(tell)(request)
    expect(response.status).toBe(401)
  })
})
