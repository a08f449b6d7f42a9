import { noProxy, type ProxyKind, type ProxyServer } from '@aauth-guard/fixtures/proxy-server'
import type { SignedMessage } from '@aauth-guard/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type AgentAnswer,
  authority,
  type ForwardScene,
  makeForwardScene,
  secret,
  send,
  sendOctets,
  startGuarding,
} from './forward-scene.ts'

describe.each<ProxyKind>(['nginx', 'caddy'])('forward auth of %s', (kind) => {
  describe.skipIf(noProxy[kind] !== undefined)(`with the recipe ${noProxy[kind] ?? ''}`, () => {
    let scene: ForwardScene
    let proxy: ProxyServer & { readonly port: number }
    beforeAll(async () => {
      scene = await makeForwardScene()
      proxy = await startGuarding(kind, scene)
    })
    afterAll(async () => {
      await proxy?.close()
      await scene?.close()
    })
    beforeEach(() => {
      scene.upstream.requests.length = 0
      scene.upstream.answers = []
      scene.events.length = 0
    })

    const received = () => scene.upstream.requests
    const unsigned = async (target: string): Promise<SignedMessage> => ({
      ...(await scene.sign(target)),
      headers: [],
    })

    describe('a request that may pass', () => {
      it('reaches the upstream as it was signed, with an assertion and without its credential', async () => {
        const answer = await send(proxy.port, await scene.sign('/any?a=%20b'), { lines: ['X-Own: kept'] })
        expect([answer.status, answer.body]).toEqual([200, 'from the upstream'])
        expect(received()).toMatchObject([{ method: 'GET', target: '/any?a=%20b', body: '' }])
        expect(namesOf(scene).filter((name) => name !== 'accept-encoding')).toEqual([
          'aauth-guard-assertion',
          'host',
          'x-forwarded-for',
          'x-forwarded-host',
          'x-forwarded-proto',
          'x-own',
        ])
        expect(valuesOf(scene, 'host')).toEqual([authority])
        expect(assertionOf(scene)).toMatchObject({
          audience: 'notes',
          target: '/any?a=%20b',
          caller: 'person-1',
        })
        expect(scene.events.map(({ outcome }) => outcome)).toEqual(['accepted'])
      })

      it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'QUERY'])(
        'may have the method %s',
        async (method) => {
          const answer = await send(proxy.port, await scene.sign('/any', { method }))
          expect([answer.status, received().map((one) => one.method)]).toEqual([200, [method]])
          expect(assertionOf(scene)).toMatchObject({ method })
        },
      )

      it.each([
        ['a length', []],
        ['Expect', ['Expect: 100-continue']],
      ])('brings its content along: with %s', async (_, lines) => {
        const body = 'x'.repeat(100_000)
        const answer = await send(proxy.port, await scene.sign('/any', { method: 'POST', body }), { lines })
        expect([answer.status, received()[0]?.body.length]).toEqual([200, body.length])
      })

      it('brings chunked content along', async () => {
        const message = await scene.sign('/any', { method: 'POST' })
        const lines = message.headers.map(([name, value]) => `${name}: ${value}`)
        const head = [
          'POST /any HTTP/1.1',
          `Host: ${authority}`,
          ...lines,
          'Transfer-Encoding: chunked',
          'Connection: close',
        ]
        const answer = await sendOctets(proxy.port, `${head.join('\r\n')}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`)
        expect([answer.status, received()[0]?.body]).toEqual([200, 'hello'])
      })

      it('keeps a digest that the upstream compares', async () => {
        const message = await scene.sign('/digest', { method: 'POST', body: 'hello' }, { digest: true })
        expect((await send(proxy.port, message)).status).toBe(200)
        expect(valuesOf(scene, 'content-digest')).toEqual([
          message.headers.find(([name]) => name.toLowerCase() === 'content-digest')?.[1],
        ])
        expect(assertionOf(scene)).toMatchObject({ content: 'upstream' })
      })

      it('may be large', async () => {
        const lines = [1, 2, 3].map((at) => `X-Large-${at}: ${'y'.repeat(5000)}`)
        const answer = await send(proxy.port, await scene.sign(`/any?${'q'.repeat(5000)}`), { lines })
        expect([answer.status, received()[0]?.target.length]).toEqual([200, 5005])
      })

      it('without a credential is asserted as that of nobody, with the other credential that the route passes', async () => {
        const lines = [
          'Authorization: Bearer key',
          'Cookie: a=1',
          'Cookie: b={env.AAUTH_GUARD_SECRET}$aauth_guard_secret',
        ]
        expect((await send(proxy.port, await unsigned('/keys'), { lines })).status).toBe(200)
        expect(assertionOf(scene)).toMatchObject({ caller: 'nobody' })
        expect([valuesOf(scene, 'authorization'), valuesOf(scene, 'cookie')]).toEqual([
          ['Bearer key'],
          ['a=1; b={env.AAUTH_GUARD_SECRET}$aauth_guard_secret'],
        ])
      })

      it('loses other credentials where the route does not pass them', async () => {
        const lines = ['Authorization: Bearer key', 'Cookie: a=1']
        expect((await send(proxy.port, await unsigned('/open'), { lines })).status).toBe(200)
        expect([valuesOf(scene, 'authorization'), valuesOf(scene, 'cookie')]).toEqual([[], []])
      })
    })

    describe('the answer of an upstream', () => {
      it('is private, and says nothing in the name of the gateway', async () => {
        scene.upstream.answers = [
          'AAuth-Requirement: requirement=agent-token',
          'Signature-Error: error=invalid_signature',
          'Accept-Signature-Alg: none',
          'Clear-Site-Data: "*"',
          'Vary: Accept',
          'X-Own: kept',
        ]
        const { headers } = await send(proxy.port, await scene.sign('/any'))
        expect(headers.get('cache-control')).toBe('private')
        expect(headers.get('vary')).toBe('Accept, Signature-Key, Signature')
        expect(headers.get('x-own')).toBe('kept')
        const names = [...headers.keys()].filter((name) => /^(?:aauth|signature|accept-sig|clear)/.test(name))
        expect(names).toEqual([])
      })

      it('keeps what the upstream says about caches', async () => {
        scene.upstream.answers = ['Cache-Control: no-store']
        const { headers } = await send(proxy.port, await scene.sign('/any'))
        expect(headers.get('cache-control')).toBe('no-store')
      })

      it('with a status of an error reaches the agent as it is', async () => {
        for (const status of ['401 Unauthorized', '403 Forbidden', '500 Internal Server Error', '503 Busy']) {
          scene.upstream.status = status
          const answer = await send(proxy.port, await scene.sign('/any', {}, { params: { nonce: status } }))
          expect([answer.status, answer.body]).toEqual([Number(status.slice(0, 3)), 'from the upstream'])
        }
        scene.upstream.status = '200 OK'
      })
    })

    describe('a refusal reaches the agent whole and no upstream', () => {
      const whole = async (answer: AgentAnswer, target: string, message: SignedMessage) => {
        expect(received()).toEqual([])
        const events = scene.events.length
        const asked = await askGateway(scene, message, target)
        // The gateway decides the same again, with a resource token of its own.
        expect([answer.status, stable(answer)]).toEqual([asked.status, stable(asked)])
        expect(events).toBeLessThanOrEqual(2)
      }

      it('401 with the scheme, without a credential', async () => {
        const message = await unsigned('/any')
        const answer = await send(proxy.port, message)
        expect([
          answer.status,
          answer.headers.get('signature-error'),
          answer.headers.get('aauth-requirement'),
        ]).toEqual([401, 'error=invalid_signature', 'requirement=agent-token'])
        await whole(answer, '/any', message)
      })

      it('401 with a resource token, for a wider scope', async () => {
        const token = await scene.agent.authToken({ scope: 'notes.read' })
        const message = await scene.sign('/write', {}, { token })
        const answer = await send(proxy.port, message)
        expect([answer.status, answer.headers.get('aauth-requirement')]).toEqual([
          401,
          expect.stringMatching(/^requirement=auth-token;resource-token=.{300}/),
        ])
        expect(scene.events.map(({ outcome }) => outcome)).toHaveLength(1)
        await whole(answer, '/write', message)
      })

      it('403, denied', async () => {
        const message = await scene.sign('/denied')
        const answer = await send(proxy.port, message)
        expect(answer.status).toBe(403)
        expect(scene.events.map(({ outcome }) => outcome)).toEqual(['refused'])
        await whole(answer, '/denied', message)
      })

      it('503 with Retry-After', async () => {
        const message = await scene.sign('/broken')
        const answer = await send(proxy.port, message)
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
        await whole(answer, '/broken', message)
      })

      it('404 and 405 of the routes', async () => {
        const nowhere = await send(proxy.port, await scene.sign('/nowhere'))
        expect([nowhere.status, JSON.parse(nowhere.body).error]).toEqual([404, 'no_route'])
        const other = await send(proxy.port, await scene.sign('/get-only', { method: 'POST' }))
        expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET'])
        expect(received()).toEqual([])
      })

      it('400 for a covered digest that nobody compares', async () => {
        const message = await scene.sign('/any', { method: 'POST', body: 'hello' }, { digest: true })
        const answer = await send(proxy.port, message)
        expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, 'invalid_request'])
        expect(received()).toEqual([])
      })

      it('without content for HEAD', async () => {
        const message = { ...(await unsigned('/any')), method: 'HEAD' }
        const answer = await send(proxy.port, message)
        expect([answer.status, answer.body, answer.headers.get('signature-error')]).toEqual([
          401,
          '',
          'error=invalid_signature',
        ])
      })

      it('before the agent sends content that it announced', async () => {
        const message = await scene.sign('/denied', { method: 'POST' })
        const lines = message.headers.map(([name, value]) => `${name}: ${value}`)
        const head = [
          'POST /denied HTTP/1.1',
          `Host: ${authority}`,
          ...lines,
          'Content-Length: 5',
          'Expect: 100-continue',
        ]
        const answer = await sendOctets(proxy.port, `${head.join('\r\n')}\r\n\r\n`)
        // nginx lets the content come when it discards it, but does not wait for it.
        expect([answer.status, answer.interim]).toEqual([403, kind === 'nginx' ? 1 : 0])
      })

      it('for a POST with content as well', async () => {
        const message = await scene.sign('/denied', { method: 'POST', body: 'z'.repeat(200_000) })
        const answer = await send(proxy.port, message)
        expect([answer.status, received()]).toEqual([403, []])
      })
    })

    describe('the routes of the resource', () => {
      it.each(['/.well-known/aauth-resource.json', '/aauth/jwks.json'])(
        '%s comes from the public listener',
        async (path) => {
          const answer = await send(proxy.port, await unsigned(path))
          expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
        },
      )

      it('take content', async () => {
        const message = await scene.sign('/aauth/revoke', { method: 'POST', body: '{}' }, { digest: true })
        const answer = await send(proxy.port, message)
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
        expect(received()).toEqual([])
      })
    })

    describe('what an agent could forge', () => {
      it.each([
        ['its own line for the check', [`AAuth-Guard-Forwarded: ${secret} GET /any`], '/denied', 403],
        ['X-Forwarded-Uri', ['X-Forwarded-Uri: /any', 'X-Forwarded-Method: GET'], '/denied', 403],
      ])('%s does not count', async (_, lines, target, status) => {
        const answer = await send(proxy.port, await scene.sign(target), { lines })
        expect([answer.status, received()]).toEqual([status, []])
      })

      it('the fields that proxies add honestly do not reach the upstream as they were', async () => {
        const lines = [
          'X-Forwarded-For: 192.0.2.66',
          'X-Forwarded-Host: evil.example',
          'X-Forwarded-Proto: forged',
          'X-Forwarded-Uri: /forged',
          'X-Forwarded-Prefix: /forged',
          'Forwarded: for=192.0.2.66',
          'X-Real-IP: 192.0.2.66',
          'AAuth-Mission: forged',
          `AAuth-Guard-Forwarded: forged`,
        ]
        expect((await send(proxy.port, await unsigned('/open'), { lines })).status).toBe(200)
        expect(JSON.stringify(received()[0]?.lines)).not.toMatch(/forged|evil|192\.0\.2\.66/)
      })

      it.each([
        'Connection: AAuth-Guard-Assertion, close',
        'Connection: close, aauth_guard_assertion, host, x-own',
        'Connection: AAuth-Guard-Forwarded, Signature, close',
      ])('with %s the upstream still gets the assertion', async (connection) => {
        const lines = [connection, 'X-Own: kept']
        expect((await send(proxy.port, await scene.sign('/any'), { lines })).status).toBe(200)
        expect([assertionOf(scene), valuesOf(scene, 'x-own')]).toMatchObject([
          { caller: 'person-1' },
          ['kept'],
        ])
      })

      it('Upgrade is not passed on', async () => {
        const lines = [
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: eA==',
        ]
        await send(proxy.port, await scene.sign('/any'), { lines })
        expect([valuesOf(scene, 'upgrade'), valuesOf(scene, 'connection').join().toLowerCase()]).toEqual([
          [],
          expect.not.stringContaining('upgrade'),
        ])
      })

      it('another Host is never the one that the upstream hears', async () => {
        await send(proxy.port, await scene.sign('/any'), { host: 'evil.example' })
        expect(JSON.stringify(received())).not.toContain('evil')
      })
    })

    it('the locations of the recipe itself are not reachable', async () => {
      for (const target of [
        '/_aauth_guard_check',
        '/_aauth_guard_check/',
        '/%5faauth_guard_check',
        '/nginx/answer',
        '/check',
      ]) {
        const answer = await send(proxy.port, await unsigned(target))
        expect([404, 401]).toContain(answer.status)
        expect(answer.headers.has('aauth-guard-body')).toBe(false)
      }
      expect(received()).toEqual([])
    })
  })
})

function namesOf({ upstream }: ForwardScene): string[] {
  return (upstream.requests[0]?.lines ?? []).map(([name]) => name.toLowerCase()).sort()
}

function valuesOf({ upstream }: ForwardScene, name: string): string[] {
  return (upstream.requests[0]?.lines ?? [])
    .filter(([one]) => one.toLowerCase() === name)
    .map(([, value]) => value)
}

function assertionOf(scene: ForwardScene): unknown {
  const assertions = valuesOf(scene, 'aauth-guard-assertion')
  expect(assertions).toHaveLength(1)
  return JSON.parse(Buffer.from(assertions[0] ?? '', 'base64url').toString())
}

/** What the gateway answers to the same request, asked without a proxy. */
function askGateway(scene: ForwardScene, message: SignedMessage, target: string) {
  const signed = message.headers.map(([name, value]) => `${name}: ${value}`)
  const line = `AAuth-Guard-Forwarded: ${secret} GET ${target}`
  const all = ['GET /check HTTP/1.1', `Host: ${authority}`, ...signed, line, 'Connection: close']
  return sendOctets(scene.forward.port, `${all.join('\r\n')}\r\n\r\n`)
}

/** Header lines and body, without what every hop writes itself and without the signature of a resource token. */
function stable({ headers, body }: AgentAnswer): unknown {
  const hop = ['date', 'server', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']
  const lines = [...headers].filter(([name]) => !hop.includes(name)).sort()
  return [lines.map(([name, value]) => [name, value.replace(/(resource-token="[^.]*\.)[^"]*/, '$1')]), body]
}
