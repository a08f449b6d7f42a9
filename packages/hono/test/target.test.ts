import { type OnTheWay, serve, verdictOf } from '@aauth-guard/fixtures/served'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { protect, wellKnown } from '@aauth-guard/hono'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { hosts } from './hosts.ts'

const metadata = '/.well-known/aauth-resource.json'
const retarget =
  (target: string): OnTheWay =>
  (message) => ({
    ...message,
    target,
    url: `https://notes.example${target}`,
  })

describe.each(hosts)('the request target of Hono on %s', (_, host) => {
  it.each(['/v1/x', '/based/x', '/deep/v1/x'])(
    'is the called one, behind app.route and basePath: %s [E21]',
    async (target) => {
      const { send } = await host(({ resource }) => {
        const api = new Hono().use(protect(resource)).get('/x', (c) => c.text(c.req.path))
        const based = new Hono()
          .basePath('/based')
          .use(protect(resource))
          .get('/x', (c) => c.text(c.req.path))
        return new Hono().route('/v1', api).route('/deep', new Hono().route('/v1', api)).route('/', based)
      })
      const called = await send({ target })
      const inside = await send({ target: '/x', onTheWay: retarget(target) })
      expect([called.status, await called.text(), await verdictOf(inside)]).toEqual([
        200,
        target,
        [401, 'invalid_signature'],
      ])
    },
  )

  it('selects the documents of the resource only at the root', async () => {
    const { sendUnsigned } = await host(({ resource }) => new Hono().use(wellKnown(resource)))
    const statuses = [metadata, `/v1${metadata}`].map(async (target) => (await sendUnsigned(target)).status)
    expect(await Promise.all(statuses)).toEqual([200, 404])
  })
})

it('POST to the metadata is answered with 405 and a problem body', async () => {
  const { resource } = await makeWorld()
  const app = new Hono().use(wellKnown(resource))
  const response = await app.request(metadata, { method: 'POST' })
  expect([response.status, response.headers.get('allow'), await response.json()]).toMatchObject([
    405,
    'GET, HEAD',
    { status: 405, error: 'invalid_request' },
  ])
})

describe('the request target behind app.mount', () => {
  it('is the called one, on Node [E21]', async () => {
    const { send } = await serve(({ resource }) => {
      const api = new Hono().use(protect(resource)).get('/x', (c) => c.text(c.req.path))
      return getRequestListener(new Hono().mount('/v1', api.fetch).fetch) as never
    })
    const called = await send({ target: '/v1/x' })
    const inside = await send({ target: '/x', onTheWay: retarget('/v1/x') })
    expect([called.status, await called.text(), await verdictOf(inside)]).toEqual([
      200,
      '/x',
      [401, 'invalid_signature'],
    ])
  })

  it('lacks the prefix on a fetch host, unless the resource knows what was stripped [E21]', async () => {
    const [, onFetch] = hosts[1] as (typeof hosts)[number]
    const statuses = [{}, { strippedPrefix: '/v1' }].map(async (options) => {
      const { send } = await onFetch(({ resource }) => {
        const api = new Hono().use(protect(resource)).get('/x', (c) => c.text(c.req.path))
        return new Hono().mount('/v1', api.fetch)
      }, options)
      return (await send({ target: '/v1/x' })).status
    })
    expect(await Promise.all(statuses)).toEqual([401, 200])
  })
})

it('the request target is the called one, with an Express app around the Hono app [E21]', async () => {
  const { send } = await serve(({ resource }) => {
    const app = new Hono().use(protect(resource)).get('/x', (c) => c.text(c.req.path))
    return express().use('/outer', getRequestListener(app.fetch) as never)
  })
  const called = await send({ target: '/outer/x' })
  const inside = await send({ target: '/x', onTheWay: retarget('/outer/x') })
  expect([called.status, await called.text(), await verdictOf(inside)]).toEqual([
    200,
    '/x',
    [401, 'invalid_signature'],
  ])
})
