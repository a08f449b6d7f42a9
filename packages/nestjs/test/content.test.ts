import type { IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { AuthFor } from '@aauth-guard/core'
import { type Sent, verdictOf } from '@aauth-guard/fixtures/served'
import { Auth, Protect } from '@aauth-guard/nestjs'
import { Body, Controller, type INestApplication, Post, type RawBodyRequest, Req } from '@nestjs/common'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { describe, expect, it } from 'vitest'
import { type Platform, platforms, type ServedNest, type Setup, serveNest } from './serve-nest.ts'

const note = '{"text":"milk"}'
const json = { 'content-type': 'application/json' }
const post: Sent = { method: 'POST', body: note, headers: json, digest: true }

/** What the handler was called with. */
let handled: unknown[] = []

@Controller('notes')
class NotesController {
  @Post()
  add(@Auth() auth: AuthFor<'auth-token'>, @Body() body: unknown, @Req() request: RawBodyRequest<object>) {
    handled.push(body)
    return { sub: auth.sub, body, raw: request.rawBody?.toString() }
  }

  @Post('small')
  @Protect({}, { maxContent: 8 })
  small() {
    handled.push('small')
  }

  @Post('protected')
  @Protect({})
  guarded() {
    handled.push('protected')
  }

  @Post('unread')
  async unread(@Req() request: AsyncIterable<Buffer> & { raw?: AsyncIterable<Buffer> }) {
    const chunks: Buffer[] = []
    for await (const chunk of request.raw ?? request) chunks.push(chunk)
    handled.push(`${Buffer.concat(chunks)}`)
    return handled
  }
}

function serve(platform: Platform, setup: Setup = {}): Promise<ServedNest> {
  handled = []
  return serveNest(platform, { controllers: [NotesController], ...setup })
}

/** Another content, after it was signed. */
const changed = (body: string): Sent => ({
  ...post,
  onTheWay: (message) => ({ ...message, body: Buffer.from(body) }),
})

describe.each(platforms)('content on %s', (platform) => {
  it('that a parser read is compared with the covered digest', async () => {
    const { send } = await serve(platform)
    const response = await send(post)
    expect([response.status, await response.json()]).toEqual([
      201,
      { sub: 'person-1', body: { text: 'milk' } },
    ])
  })

  it('with another digest is refused before the handler runs [A13]', async () => {
    const { send } = await serve(platform)
    expect(await verdictOf(await send(changed('{"text":"beer"}')))).toEqual([401, 'invalid_signature'])
    expect(handled).toEqual([])
  })

  it.each<[string, Setup]>([
    ['with "rawBody"', { settings: { rawBody: true } }],
    ['behind an asynchronous middleware', { configure: (app) => app.use(later) }],
  ])('is compared %s', async (_, setup) => {
    const { send } = await serve(platform, setup)
    expect((await send(post)).status).toBe(201)
    expect(await verdictOf(await send(changed('{"text":"beer"}')))).toEqual([401, 'invalid_signature'])
    expect(handled).toEqual([{ text: 'milk' }])
  })

  it('that a parser of text reads is compared', async () => {
    const { send } = await serve(platform, { configure: (app) => readText(platform, app) })
    const text = { ...post, headers: { 'content-type': 'text/plain' }, body: 'Käse' }
    const response = await send(text)
    expect([response.status, await response.json()]).toEqual([201, { sub: 'person-1', body: 'Käse' }])
    const other = { ...text, onTheWay: changed('Käsy').onTheWay }
    expect(await verdictOf(await send(other as Sent))).toEqual([401, 'invalid_signature'])
  })

  it('without a covered digest is not compared', async () => {
    const { send } = await serve(platform)
    const { digest: _, ...uncovered } = post
    expect((await send(uncovered)).status).toBe(201)
  })

  it('over "maxContent" of the route is refused with 413', async () => {
    const { send } = await serve(platform)
    expect(await verdictOf(await send({ ...post, target: '/notes/small' }))).toEqual([
      413,
      'content_too_large',
    ])
    expect(handled).toEqual([])
  })

  it('over "maxContent" of every route is refused with 413, whatever the parser reads', async () => {
    const { send } = await serve(platform, { options: { maxContent: 8 } })
    for (const target of ['/notes', '/notes/protected'])
      expect(await verdictOf(await send({ ...post, target }))).toEqual([413, 'content_too_large'])
    expect(handled).toEqual([])
  })

  it('is parsed before the guard runs, so content that is not JSON is answered by Nest', async () => {
    const { send, sendUnsigned } = await serve(platform)
    expect((await send({ ...post, body: '{' })).status).toBe(400)
    expect((await sendUnsigned('POST')).status).toBe(401)
  })
})

describe('content on Express', () => {
  it('that no parser read is read by the guard, and the handler finds it unread', async () => {
    const { send } = await serve('Express', { settings: { bodyParser: false } })
    const target = '/notes/unread'
    expect((await send({ ...post, target })).status).toBe(201)
    expect(await verdictOf(await send({ ...changed('{"text":"beer"}'), target }))).toEqual([
      401,
      'invalid_signature',
    ])
    expect(handled).toEqual([note])
  })

  it('that somebody read in part is refused with 503', async () => {
    const { send } = await serve('Express', {
      settings: { bodyParser: false },
      configure: (app) =>
        app.use((request: IncomingMessage, _: unknown, next: () => void) => {
          request.once('readable', () => {
            request.read(1)
            setImmediate(next)
          })
        }),
    })
    expect(await verdictOf(await send({ ...post, target: '/notes/unread' }))).toEqual([503, 'server_error'])
    expect(handled).toEqual([])
  })

  it('that was compressed is compared as it was sent', async () => {
    const { send } = await serve('Express')
    const headers = { ...json, 'content-encoding': 'gzip' }
    const response = await send({ ...post, headers, body: gzipSync(note) })
    expect([response.status, handled]).toEqual([201, [{ text: 'milk' }]])
  })
})

function later(_request: unknown, _response: unknown, next: () => void): void {
  setImmediate(next)
}

function readText(platform: Platform, app: INestApplication): void {
  if (platform === 'Express') {
    ;(app as NestExpressApplication).useBodyParser('text')
    return
  }
  const fastify = (app as NestFastifyApplication).getHttpAdapter().getInstance()
  fastify.removeContentTypeParser('text/plain')
  fastify.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, content, done) =>
    done(null, content),
  )
}
