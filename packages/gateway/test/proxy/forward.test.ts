import { describe, expect, it } from 'vitest'
import { readAssertions, signer } from '../assertions.ts'
import { exchange, RawClient, statusesOf } from '../raw-client.ts'
import { ok, respondToEach } from '../raw-upstream.ts'
import { makeScene } from '../scene.ts'

const close = 'Connection: close'

/** The lines of a request, sorted, without what changes from run to run. */
function linesOf(request: string): string[] {
  const [head = ''] = request.split('\r\n\r\n')
  return head.split('\r\n').filter((line) => !line.startsWith('AAuth-Guard-Assertion: '))
}

describe('what reaches the upstream', () => {
  it('the target and the header lines as they were sent, with the lines of the gateway', async () => {
    const scene = await makeScene()
    const target = '/notes/a%20b//c;x=1?q=%20+&&z'
    const text = await scene.sign({
      target,
      lines: ['X-One: 1', 'x-TWO:  2 ', 'X-One: 3', 'X-Hop: 4', 'Connection: close, x-hop', 'Cookie: a=b'],
    })
    expect(statusesOf(await exchange(scene.port, text))).toEqual([200])
    expect(linesOf(scene.upstream.received)).toEqual([
      `GET ${target} HTTP/1.1`,
      'Host: notes.example',
      'X-One: 1',
      'x-TWO: 2',
      'X-One: 3',
      'Forwarded: for=127.0.0.1;host="notes.example";proto=https',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: notes.example',
      'X-Forwarded-Proto: https',
      'Connection: keep-alive',
    ])
    expect(readAssertions(scene.upstream.received)).toEqual([
      expect.objectContaining({
        aud: 'notes-app',
        htm: 'GET',
        htu: `https://notes.example${target}`,
        content: 'none',
        caller: 'verified',
        auth: expect.objectContaining({ sub: 'person-1' }),
      }),
    ])
  })

  it('an assertion for a caller without a credential, and one for a preflight', async () => {
    const optional = { requirement: { optional: true } } as const
    const scene = await makeScene([optional], {}, { cors: true })
    await exchange(scene.port, await scene.sign({ token: null, lines: [close] }))
    const preflight = ['Origin: https://app.example', 'Access-Control-Request-Method: GET', close]
    await exchange(scene.port, await scene.sign({ token: null, method: 'OPTIONS', lines: preflight }))
    expect(readAssertions(scene.upstream.received)).toEqual(
      ['GET', 'OPTIONS'].map((htm) =>
        expect.objectContaining({ aud: 'notes-app', htm, caller: 'anonymous', auth: null, content: 'none' }),
      ),
    )
  })

  it('nothing of a request that is refused', async () => {
    const scene = await makeScene([{ requirement: { scope: 'notes.read' } }])
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect([statusesOf(received), scene.upstream.connections]).toEqual([[401], []])
    expect(received).toMatch(/^aauth-requirement: requirement=auth-token/im)
  })

  it.each(['Content-Length: 4', 'Transfer-Encoding: chunked'])(
    'content that is framed with %s',
    async (line) => {
      const scene = await makeScene()
      const isChunked = line.startsWith('Transfer')
      const content = isChunked ? '2\r\nmi\r\n2;ext=1\r\nlk\r\n0\r\nX-Trailer: 1\r\n\r\n' : 'milk'
      const text = await scene.sign({ method: 'POST', framing: [line], content, lines: [close] })
      expect(statusesOf(await exchange(scene.port, text))).toEqual([200])
      const [head = '', ...rest] = scene.upstream.received.split('\r\n\r\n')
      expect(head.match(/^(?:content-length|transfer-encoding|trailer).*$/gim)).toEqual([line])
      expect(rest.join('\r\n\r\n').replace(/[0-9a-f]+\r\n|\r\n/g, '')).toBe('milk')
      expect(readAssertions(scene.upstream.received)).toEqual([
        expect.objectContaining({ content: 'unsigned' }),
      ])
    },
  )

  it('a POST without content says so', async () => {
    const scene = await makeScene()
    await exchange(scene.port, await scene.sign({ method: 'POST', lines: [close] }))
    expect(scene.upstream.received).toMatch(/\r\nContent-Length: 0\r\n/)
  })

  it('requests of two agents on one connection of the pool', async () => {
    const scene = await makeScene()
    const text = await scene.sign({ lines: [close] })
    await exchange(scene.port, text)
    await exchange(scene.port, text)
    expect([scene.upstream.connections.length, readAssertions(scene.upstream.received).length]).toEqual([
      1, 2,
    ])
  })
})

describe('what reaches the agent', () => {
  it('status, lines and content, without what only the gateway may say', async () => {
    const scene = await makeScene()
    scene.upstream.respond = respondToEach(
      ok(
        'hello',
        'X-Own: 1',
        'X-Own: 2',
        'AAuth-Requirement: requirement=auth-token',
        'Signature-Error: error=x',
        'Accept-Signature-Alg: Ed25519',
        'Clear-Site-Data: "*"',
        'Keep-Alive: timeout=9',
        'Vary: Accept',
        'Date: Mon, 01 Jan 2024 00:00:00 GMT',
      ),
    )
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect(received.split('\r\n')).toEqual([
      'HTTP/1.1 200 OK',
      'X-Own: 1',
      'X-Own: 2',
      'Vary: Accept',
      'Date: Mon, 01 Jan 2024 00:00:00 GMT',
      'cache-control: private',
      'vary: Signature-Key, Signature',
      'content-length: 5',
      'Connection: close',
      '',
      'hello',
    ])
  })

  it.each([
    ['HEAD', 200, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'content-length: 5', ''],
    ['GET', 204, 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', '', ''],
    ['GET', 304, 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', '', ''],
    [
      'GET',
      200,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-T: 1\r\n\r\n',
      '',
      '2\r\nab\r\n0\r\n\r\n',
    ],
    [
      'GET',
      200,
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab',
      'content-length: 2',
      'ab',
    ],
  ])('%s that is answered with %d, %j', async (method, status, answer, framing, content) => {
    const scene = await makeScene()
    scene.upstream.respond = respondToEach(answer)
    const received = await exchange(scene.port, await scene.sign({ method, lines: [close] }))
    const at = received.indexOf('\r\n\r\n')
    expect([
      statusesOf(received),
      received.match(/^content-length.*$/gim)?.join() ?? '',
      received.slice(at + 4),
    ]).toEqual([[status], framing, content])
  })

  it('a preflight without content', async () => {
    const scene = await makeScene([{}], {}, { cors: true })
    scene.upstream.respond = respondToEach(ok('the notes of somebody', 'Content-Type: text/plain'))
    const lines = ['Origin: https://app.example', 'Access-Control-Request-Method: GET', close]
    const received = await exchange(scene.port, await scene.sign({ token: null, method: 'OPTIONS', lines }))
    expect([statusesOf(received), received]).toEqual([
      [200],
      expect.not.stringMatching(/content-type|somebody/i),
    ])
  })

  it('the keys of assertions', async () => {
    const scene = await makeScene()
    const get = `GET /aauth/assertion-keys.json HTTP/1.1\r\nHost: x\r\n${close}\r\n\r\n`
    expect(await exchange(scene.port, get)).toContain(`\r\n\r\n${signer.keys}`)
    expect(statusesOf(await exchange(scene.port, get.replace('GET', 'POST')))).toEqual([405])
  })
})

describe('upstreams that do not answer', () => {
  it('an upstream that is not there is 502, whose body does not name it', async () => {
    const scene = await makeScene()
    await scene.upstream.close()
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect([statusesOf(received), received]).toEqual([
      [502],
      expect.not.stringMatching(/notes-app|127\.0\.0\.1/),
    ])
    expect(scene.log).toEqual([
      expect.objectContaining({ code: 'upstream_unavailable', hint: expect.stringContaining('notes-app') }),
    ])
  })

  it('one that never answers is 504, and its connection is closed', async () => {
    const scene = await makeScene([{}], { answerTimeout: 50 })
    scene.upstream.respond = () => undefined
    expect(statusesOf(await exchange(scene.port, await scene.sign({ lines: [close] })))).toEqual([504])
    await scene.upstream.until(() => scene.upstream.connections.every(({ isClosed }) => isClosed))
  })

  it('an agent that goes away takes its request with it', async () => {
    const scene = await makeScene()
    scene.upstream.respond = () => undefined
    const client = new RawClient(scene.port).write(await scene.sign())
    await scene.upstream.until(() => scene.upstream.received.includes('\r\n\r\n'))
    client.socket.destroy()
    await scene.upstream.until(() => scene.upstream.connections.every(({ isClosed }) => isClosed))
    expect(scene.proxy.connections()).toMatchObject({ requests: 0 })
  })

  it('an answer that ends too early is cut off', async () => {
    const scene = await makeScene()
    scene.upstream.respond = ({ socket }) =>
      void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
    const received = await exchange(scene.port, await scene.sign())
    expect([statusesOf(received), received.slice(-4)]).toEqual([[200], 'half'])
  })
})
