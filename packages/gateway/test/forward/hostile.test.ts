import { once } from 'node:events'
import { createServer } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { selfSigned } from '@aauth-guard/fixtures/certificate'
import { noProxy, type ProxyKind, type ProxyServer } from '@aauth-guard/fixtures/proxy-server'
import type { SignedMessage } from '@aauth-guard/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forwardAuthHandler, forwardListenerOptions } from '../../src/forward/index.ts'
import { looseName } from '../../src/headers/field-names.ts'
import {
  authority,
  type ForwardScene,
  makeForwardScene,
  secret,
  send,
  sendOctets,
  serve,
  startGuarding,
} from './forward-scene.ts'
import type { RecordedRequest } from './recorded-upstream.ts'

const kinds: readonly ProxyKind[] = ['nginx', 'caddy']

/**
 * Whether a target is the one that was sent. Caddy encodes paths anew that have what no URL has; the gateway decides about
 * that text, so that a signature over the other one does not verify, and the assertion is about what the upstream gets.
 */
const isSent = (kind: ProxyKind, sent: string) => (received: string) =>
  received === sent || (kind === 'caddy' && /[^\x21-\x7e]|["#<>\\^`{|}]|^[^/]/.test(sent))

describe.each(kinds)('hostile requests through %s', (kind) => {
  describe.skipIf(noProxy[kind] !== undefined)(`with the recipe ${noProxy[kind] ?? ''}`, () => {
    let scene: ForwardScene
    let proxy: ProxyServer & { readonly port: number }
    let unsigned: SignedMessage
    beforeAll(async () => {
      scene = await makeForwardScene()
      proxy = await startGuarding(kind, scene)
      unsigned = { ...(await scene.sign('/open')), headers: [] }
    })
    afterAll(async () => {
      await proxy?.close()
      await scene?.close()
    })
    beforeEach(() => {
      scene.upstream.requests.length = 0
    })

    it('a request with more lines than the gateway is sure to read reaches no upstream', async () => {
      // What some versions of Node drop, such as a forged field at the end, would go on to the upstream.
      const lines = Array<string>(1_000).fill('Sz:1')
      const { status } = await send(proxy.port, unsigned, { lines })
      expect([status, scene.upstream.requests]).toEqual([400, []])
    })

    it('a forged field of ours reaches no upstream, in whatever spelling', async () => {
      const line = fc
        .tuple(fc.constantFrom(...reserved), fc.infiniteStream(fc.nat(9)))
        .map(([name, draws]) => spelled(name, draws))
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 4 }), async (names) => {
          scene.upstream.requests.length = 0
          const lines = names.map((name) => `${name}: forged`)
          const { status } = await send(proxy.port, unsigned, { lines })
          expect([200, 400]).toContain(status)
          for (const { lines: got } of scene.upstream.requests) {
            expect(got.filter(([, value]) => value.includes('forged'))).toEqual([])
            expectAsserted(scene.upstream.requests[0])
          }
        }),
        { numRuns: 150 },
      )
    })

    it('a target goes on as it was sent, and as it was asserted, or not at all', async () => {
      const piece = fc.constantFrom(...pieces)
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (parts) => {
          scene.upstream.requests.length = 0
          const target = `/open/${parts.join('')}`
          const { status } = await send(proxy.port, unsigned, { target })
          if (status === 200)
            expect(scene.upstream.requests).toMatchObject([
              { target: expect.toSatisfy(isSent(kind, target)) },
            ])
          else expect([scene.upstream.requests, status >= 400]).toEqual([[], true])
          if (status === 200) expectAsserted(scene.upstream.requests[0])
        }),
        { numRuns: 200 },
      )
    })

    it.each([
      '/any//x',
      '/any/%2F',
      '/any/%2f..%2f',
      '/any/..',
      '/any/../denied',
      '/any/x;y=1/z',
      '/any/x?',
      '/any/x?&&a=%20+',
      '/any/x?a=/../b',
      '/any/%E0%80%AF',
      "/any/it's",
      '/any/x?{env.HOME}{http.request.host}$host',
      '//any/x',
    ])('a signed target %s is passed on as signed or refused', async (target) => {
      const message = await scene.sign(target)
      const { status } = await send(proxy.port, { ...message, target })
      if (status === 200) expect(scene.upstream.requests).toMatchObject([{ target }])
      else expect(scene.upstream.requests).toEqual([])
      if (!/\.\.(?:\/|$)|^\/\//.test(target.split('?')[0] as string)) expect(status).toBe(200)
    })

    it.each([
      ['/any', '/any/x'],
      ['/any/x', '/any//x'],
      ['/any/x', '/any/./x'],
      ['/any/x', '/any/y/../x'],
      ['/any/x', '/any/%78'],
      ['/any/x', '/any/x/'],
      ['/any/x?a', '/any/x?b'],
      ['/any/x', '/ANY/x'],
      ['/any/x', 'http://notes.example//any/x'],
    ])('a signature for %s is refused for %s', async (signed, target) => {
      const message = await scene.sign(signed, {}, { cover: ['@query'] })
      const { status } = await send(proxy.port, message, { target })
      expect([scene.upstream.requests, status >= 400]).toEqual([[], true])
    })

    it.each([
      ['a very long target', 'GET', `/open/${'a'.repeat(140_000)}`],
      ['a blank in the target', 'GET', '/open/a b'],
      ['a tab in the target', 'GET', '/open/a\tb'],
      ['a secret in the target', 'GET', `/open HTTP/1.1 ${secret} GET /any`],
      ['a bare CR', 'GET', '/open/\rX: y'],
      ['authority form', 'CONNECT', 'notes.example:443'],
      ['asterisk form', 'OPTIONS', '*'],
      ['TRACE', 'TRACE', '/open'],
      ['a method that is not a token', 'G"ET', '/open'],
      ['no slash', 'GET', 'open'],
    ])('%s reaches no upstream', async (_, method, target) => {
      await send(proxy.port, unsigned, { method, target })
      expect(scene.upstream.requests).toEqual([])
    })

    it.each([
      ['absolute form', 'http://notes.example/open?a', '/open?a'],
      ['absolute form of another host', 'http://evil.example/open?a', '/open?a'],
    ])('%s is served as origin form, or not at all', async (_, target, forwarded) => {
      const { status } = await send(proxy.port, unsigned, { target })
      for (const request of scene.upstream.requests) {
        expect(request.target).toBe(forwarded)
        expect(JSON.stringify(request)).not.toContain('evil')
        expectAsserted(request)
      }
      if (target.includes('notes.example')) expect(status).toBe(200)
    })

    it('HTTP/1.0 with Host is served, and without Host reaches no upstream', async () => {
      const served = await send(proxy.port, await scene.sign('/any'), { version: '1.0' })
      expect([served.status, scene.upstream.requests.length]).toEqual([200, 1])
      await send(proxy.port, await scene.sign('/any'), { version: '1.0', host: null })
      expect(scene.upstream.requests.length).toBe(1)
    })

    it.each([
      [['Host: notes.example'], 0],
      [['Authorization: AAuth a', 'Authorization: AAuth b'], 0],
      [['Content-Length: 1', 'Content-Length: 2'], 0],
      [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], 0],
      // Caddy takes the chunks for the content, and passes on nothing but chunks.
      [['Content-Length: 1', 'Transfer-Encoding: chunked'], kind === 'caddy' ? 1 : 0],
    ])('lines that contradict each other are refused, or one of them goes on: %j', async (lines, passed) => {
      const signed = (await scene.sign('/any', { method: 'POST' })).headers
      const head = [
        'POST /any HTTP/1.1',
        `Host: ${authority}`,
        ...signed.map(([name, value]) => `${name}: ${value}`),
      ]
      const octets = [...head, ...lines, 'Connection: close', '', '1', 'a', '0', '', ''].join('\r\n')
      const { status } = await sendOctets(proxy.port, octets)
      expect([status === 200, scene.upstream.requests.length]).toEqual([passed === 1, passed])
      for (const { lines: got, body } of scene.upstream.requests) {
        const framing = got.filter(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name))
        expect([framing.length, body]).toEqual([1, 'a'])
      }
    })

    it('trailers reach no upstream', async () => {
      for (const name of ['AAuth-Guard-Assertion', 'aauth_guard_assertion', 'X-Forwarded-For']) {
        const head = [
          'POST /open HTTP/1.1',
          `Host: ${authority}`,
          'Transfer-Encoding: chunked',
          `Trailer: ${name}`,
        ]
        const octets = [...head, 'Connection: close', '', '1', 'a', '0', `${name}: forged`, '', ''].join(
          '\r\n',
        )
        expect((await sendOctets(proxy.port, octets)).status).toBe(200)
        const request = scene.upstream.requests.pop()
        expect(request?.body).toBe('a')
        expectAsserted(request)
      }
    })

    it('each check is made anew: a signature that may be used once passes once', async () => {
      const message = await scene.sign('/once', {}, { params: { nonce: 'once' } })
      const statuses = []
      for (let i = 0; i < 3; i++) statuses.push((await send(proxy.port, message)).status)
      expect([statuses, scene.upstream.requests.length]).toEqual([[200, 401, 401], 1])
    })

    it('requests that follow each other on one connection are checked one by one', async () => {
      const signed = await scene.sign('/any')
      const lines = signed.headers.map(([name, value]) => `${name}: ${value}`)
      const first = ['GET /any HTTP/1.1', `Host: ${authority}`, ...lines, '', ''].join('\r\n')
      const second = ['GET /any HTTP/1.1', `Host: ${authority}`, 'Connection: close', '', ''].join('\r\n')
      await sendOctets(proxy.port, `${first}${second}`, 'HEAD')
      expect(scene.upstream.requests.length).toBeLessThanOrEqual(1)
    })

    it('without a gateway nothing reaches an upstream, and afterwards everything does', async () => {
      const message = await scene.sign('/any')
      await scene.forward.close()
      const answer = await send(proxy.port, message)
      expect([answer.status >= 500, scene.upstream.requests]).toEqual([true, []])
      if (kind === 'nginx') expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
      for (const [status, lines] of [
        [500, {}],
        [404, {}],
        [302, { location: '/any' }],
        [401, {}],
        [100, {}],
        [200, { connection: 'upgrade' }],
      ] as const) {
        const broken = await serve(
          createServer((_, response) => {
            if (status === 100) response.destroy()
            else response.writeHead(status, lines).end()
          }),
          scene.forward.port,
        )
        // A gateway that accepts without an upstream and an assertion is not one either.
        const { status: got } = await send(proxy.port, message)
        expect([status, got === 200, scene.upstream.requests]).toEqual([status, false, []])
        await broken.close()
      }
      const { plan, assertions } = scene
      const again = await serve(
        createServer(forwardListenerOptions, forwardAuthHandler({ plan: () => plan, assertions, secret })),
        scene.forward.port,
      )
      expect((await send(proxy.port, message)).status).toBe(200)
      await again.close()
    })
  })
})

describe.each(kinds)('HTTP/2 through %s', (kind) => {
  describe.skipIf(noProxy[kind] !== undefined)(`with the recipe ${noProxy[kind] ?? ''}`, () => {
    let scene: ForwardScene
    let proxy: ProxyServer & { readonly port: number }
    let session: ClientHttp2Session
    beforeAll(async () => {
      scene = await makeForwardScene()
      proxy = await startGuarding(kind, scene, selfSigned(authority))
      session = connect(`https://127.0.0.1:${proxy.port}`, {
        rejectUnauthorized: false,
        servername: authority,
      })
      await once(session, 'connect')
    })
    afterAll(async () => {
      session?.destroy()
      await proxy?.close()
      await scene?.close()
    })
    beforeEach(() => {
      scene.upstream.requests.length = 0
    })

    const ask = async (message: SignedMessage, more: Readonly<Record<string, string | string[]>> = {}) => {
      const stream = session.request({
        ':method': message.method,
        ':path': message.target,
        ':authority': authority,
        ...Object.fromEntries(message.headers.map(([name, value]) => [name.toLowerCase(), value])),
        ...more,
      })
      stream.end(message.body)
      const [headers] = await once(stream, 'response')
      let body = ''
      for await (const chunk of stream.setEncoding('utf8')) body += chunk
      return { status: headers[':status'] as number, headers, body }
    }

    it('a signed request passes, a refusal arrives whole', async () => {
      const passed = await ask(await scene.sign('/any?a=b', { method: 'POST', body: 'hello' }))
      expect([passed.status, scene.upstream.requests]).toMatchObject([
        200,
        [{ target: '/any?a=b', body: 'hello' }],
      ])
      expectAsserted(scene.upstream.requests[0])
      const refused = await ask({ ...(await scene.sign('/any')), headers: [] })
      expect([refused.status, refused.headers['aauth-requirement'], JSON.parse(refused.body).error]).toEqual([
        401,
        'requirement=agent-token',
        'invalid_signature',
      ])
    })

    it.each([
      [{ aauth_guard_assertion: 'forged' }],
      [{ 'aauth-guard-assertion': 'forged' }],
      [{ 'x-aauth_sub': 'forged' }],
      [{ 'aauth-guard-forwarded': `${secret} GET /forged` }],
      [{ 'x-forwarded-uri': '/forged' }],
      [{ host: 'forged.example' }],
      [{ ':authority': 'forged.example' }],
    ])('%o does not reach the upstream', async (more) => {
      await ask({ ...(await scene.sign('/open')), headers: [] }, more).catch(() => undefined)
      expect(JSON.stringify(scene.upstream.requests)).not.toContain('forged')
    })

    it.each([
      '/open/a b',
      '/open/\x7f',
      '/open/"',
      '/open/é',
      'open',
      '/open/#x',
      '/open/../any',
      '/open//x',
    ])('the path %s goes on as it was sent, or not at all', async (target) => {
      await ask({ ...(await scene.sign('/open')), headers: [], target }).catch(() => undefined)
      for (const request of scene.upstream.requests) {
        expect(request.target).toSatisfy(isSent(kind, target))
        expectAsserted(request)
      }
    })
  })
})

describe('every proxy must know the secret', () => {
  it('and all of a field is one name for those who read it loosely', () => {
    expect(reserved.map(looseName)).toEqual(reserved)
  })
})

const reserved = [
  'aauth-guard-assertion',
  'aauth-guard-forwarded',
  'aauth-guard-upstream',
  'aauth-mission',
  'x-aauth-sub',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-user',
  'x-forwarded-uri',
  'x-forwarded-prefix',
  'x-real-ip',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'proxy',
  'x-client-ip',
  'true-client-ip',
  'x-forwarded',
  'remote-user',
  'x-auth-request-email',
  'x-webauth-user',
]

const separators = ['-', '-', '-', '_', '_', '.', '~', '!', "'", '+']

/** A name that loose servers may read as `name`. */
function spelled(name: string, draws: Iterator<number>): string {
  const draw = (): number => draws.next().value as number
  return [...name]
    .map((character) =>
      character === '-' ? separators[draw()] : draw() < 5 ? character : character.toUpperCase(),
    )
    .join('')
}

const pieces = [
  'a',
  'A',
  '/',
  '//',
  '.',
  '..',
  '/../',
  '%2e',
  '%2F',
  '%2f',
  '%5c',
  '\\',
  ';',
  ';x=y',
  '?',
  '&',
  '%',
  '%zz',
  '%00',
  '%20',
  '%41',
  '%C3%A9',
  '\xe9',
  '+',
  '~',
  "'",
  '"',
  '<',
  '^',
  '|',
  '`',
  '{env.AAUTH_GUARD_SECRET}',
  '{uri}',
  '$aauth_guard_secret',
  ':',
  '@',
  '*',
  ',',
  '#',
]

/** One assertion, about what the upstream got. */
function expectAsserted(request: RecordedRequest | undefined): void {
  const lines = request?.lines.filter(([name]) => looseName(name) === 'aauth-guard-assertion') ?? []
  expect(lines).toHaveLength(1)
  const claims = JSON.parse(Buffer.from(lines[0]?.[1] ?? '', 'base64url').toString())
  expect(claims).toMatchObject({ method: request?.method, target: request?.target })
}
