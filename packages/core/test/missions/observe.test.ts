import { mission } from '@aauth-guard/fixtures/missions'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { granted, verdict } from './watched.ts'

const here = 'https://ps.example/person-token'
const said = { error: 'mission_terminated', mission_status: 'terminated' }

/** A response as `fetch` returns it, with its URL. */
function from(url: string, body: string | Uint8Array<ArrayBuffer> | ReadableStream, status = 403): Response {
  const headers = { 'content-type': 'application/json' }
  return Object.defineProperty(new Response(body, { status, headers }), 'url', { value: url })
}

async function observed(response: Response) {
  const world = await makeWorld()
  const ended = await world.resource.missions.observe(mission, response)
  const refused = await verdict(world.call(await world.agent.authToken(granted())))
  return { world, found: [ended, refused] }
}

const lives = [false, '200']

describe('a 403 of the approver that says mission_terminated', () => {
  it('terminates the mission [MISS-9]', async () => {
    const { found } = await observed(from(here, JSON.stringify(said)))
    expect(found).toEqual([true, '403 mission_terminated'])
  })

  it.each(['https://ps.example/', 'https://ps.example/a/b?c=d#e'])(
    'may come from any path of the approver: %s',
    async (url) => {
      const { found } = await observed(from(url, JSON.stringify(said)))
      expect(found).toEqual([true, '403 mission_terminated'])
    },
  )

  it('records the reason', async () => {
    const response = from(here, JSON.stringify({ ...said, termination_reason: 'revoked' }))
    const { world } = await observed(response)
    expect(await world.resource.missions.status(mission)).toEqual({ status: 'terminated', reason: 'revoked' })
  })

  it.each([7, null, '', 'a\nb', 'x'.repeat(129), {}])(
    'terminates it without the reason %j',
    async (reason) => {
      const response = from(here, JSON.stringify({ ...said, termination_reason: reason }))
      const { world } = await observed(response)
      expect(await world.resource.missions.status(mission)).toEqual({ status: 'terminated' })
    },
  )

  it('terminates no other mission of the approver', async () => {
    const world = await makeWorld()
    await world.resource.missions.observe({ ...mission, s256: zeroOctets }, from(here, JSON.stringify(said)))
    expect(await verdict(world.call(await world.agent.authToken(granted())))).toBe('200')
  })

  it('makes observe() reject with a RangeError when the tombstones of the person server are full', async () => {
    const { resource } = await makeWorld({ limits: { tombstones: 1 } })
    await resource.missions.terminate({ ...mission, s256: zeroOctets })
    const response = from(here, JSON.stringify(said))
    await expect(resource.missions.observe(mission, response)).rejects.toBeInstanceOf(RangeError)
  })
})

describe('a response that does not count', () => {
  it.each([
    ['a response without a URL', ''],
    ['another origin', 'https://other-ps.example/person-token'],
    ['a longer host', 'https://ps.example.evil.example/'],
    ['a user at another host', 'https://ps.example@evil.example/'],
    ['another port', 'https://ps.example:8443/'],
    ['another scheme', 'http://ps.example/'],
    ['the approver in its query', 'https://evil.example/?https://ps.example/'],
  ])('is an answer from %s [L05]', async (_, url) => {
    expect((await observed(from(url, JSON.stringify(said)))).found).toEqual(lives)
  })

  it.each([200, 400, 401, 404, 410, 500, 503])('is a %d', async (status) => {
    expect((await observed(from(here, JSON.stringify(said), status))).found).toEqual(lives)
  })

  it.each([
    ['of another error', { ...said, error: 'access_denied' }],
    ['of a mission that is not found', { error: 'mission_not_found' }],
    ['without error', { mission_status: 'terminated' }],
    ['without status', { error: 'mission_terminated' }],
    ['that says active', { ...said, mission_status: 'active' }],
    ['with a list for a status', { ...said, mission_status: ['terminated'] }],
    ['of a list', [said]],
    ['of null', null],
    ['of text', 'mission_terminated'],
  ])('is a 403 %s', async (_, body) => {
    expect((await observed(from(here, JSON.stringify(body)))).found).toEqual(lives)
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{"error":'],
    ['members twice', '{"error":"x","error":"mission_terminated","mission_status":"terminated"}'],
    ['no UTF-8', new Uint8Array([0xff, 0xfe])],
    ['more than 64 KiB', JSON.stringify({ ...said, padding: 'x'.repeat(65_536) })],
  ])('is a 403 with %s', async (_, body) => {
    expect((await observed(from(here, body))).found).toEqual(lives)
  })

  it('is one whose body was read before', async () => {
    const response = from(here, JSON.stringify(said))
    await response.text()
    expect((await observed(response)).found).toEqual(lives)
  })

  it('is a 403 whose body never ends', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(JSON.stringify(said)))
      },
      pull: neverAnswers,
    })
    expect((await observed(from(here, body))).found).toEqual(lives)
  })

  it.each(['text/html', 'text/json', 'application/json-seq', ''])(
    'is a 403 of type %j [L05]',
    async (type) => {
      const response = from(here, JSON.stringify(said))
      response.headers.set('content-type', type)
      expect((await observed(response)).found).toEqual(lives)
    },
  )

  it.each([zeroOctets, '', 7, null])('is a 403 that names the mission %j [L05]', async (s256) => {
    const response = from(here, JSON.stringify({ ...said, mission_s256: s256 }))
    expect((await observed(response)).found).toEqual(lives)
  })

  it('is a 403 whose body is being read', async () => {
    const response = from(here, JSON.stringify(said))
    response.body?.getReader()
    expect((await observed(response)).found).toEqual(lives)
  })

  it('is a 403 whose body was read in part', async () => {
    const response = from(here, JSON.stringify(said))
    const reader = response.body?.getReader()
    await reader?.read()
    reader?.releaseLock()
    expect([response.bodyUsed, response.body?.locked]).toEqual([true, false])
    expect((await observed(response)).found).toEqual(lives)
  })

  it('is a 403 that is cut off', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('reset'))
      },
    })
    expect((await observed(from(here, body))).found).toEqual(lives)
  })
})

describe('an observed response', () => {
  it.each([
    ['that terminates the mission', 403, JSON.stringify(said)],
    ['of another status', 200, JSON.stringify(said)],
    ['of another error', 403, '{"error":"access_denied"}'],
    ['that is not JSON', 403, 'no'],
    ['of 64 KiB and more', 403, 'x'.repeat(200_000)],
  ])('can still be read in full when it is one %s', async (_, status, body) => {
    const response = from(here, body, status)
    await observed(response)
    expect(await response.text()).toBe(body)
  })
})
