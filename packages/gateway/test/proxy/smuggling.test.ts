import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { readAssertions } from '../assertions.ts'
import { exchange, RawClient, statusesOf } from '../raw-client.ts'
import { contentIn, ok, requestsIn } from '../raw-upstream.ts'
import { makeScene, type Scene, type Sent } from '../scene.ts'

/** A request that nobody signed, in what looks like content to one server and not to another. */
const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: notes.example\r\nConnection: close\r\n\r\n'
const chunked = 'Transfer-Encoding: chunked'

/** The targets that the upstream was asked for. Each request must have come with exactly one assertion. */
function targetsAt({ upstream }: Scene): string[] {
  return upstream.connections.flatMap(({ received }) =>
    requestsIn(received).map((request) => {
      expect(readAssertions(request)).toHaveLength(1)
      return request.split(' ', 2)[1] as string
    }),
  )
}

const post = (framing: readonly string[], content: string): Sent => ({ method: 'POST', framing, content })

it('a request with more header lines than Node is sure to keep reaches no upstream [A13]', async () => {
  const scene = await makeScene()
  // Some versions of Node answer it by themselves, and others drop the last lines.
  scene.proxy.server.maxHeadersCount = 0
  const lines = [...Array<string>(1_000).fill('a:'), 'Connection: close']
  const received = await exchange(scene.port, await scene.sign({ lines }))
  expect([statusesOf(received), scene.upstream.connections]).toEqual([[400], []])
})

describe('a request that servers could frame in two ways reaches no upstream [A13]', () => {
  it.each<[string, Sent]>([
    ['a length and chunks', post(['Content-Length: 6', chunked], `0\r\n\r\n${smuggled}`)],
    ['chunks and a length', post([chunked, 'Content-Length: 3'], `8\r\nSMUGGLED\r\n0\r\n\r\n`)],
    ['chunks in two lines', post([chunked, chunked], `0\r\n\r\n${smuggled}`)],
    ['chunks in one line twice', post(['Transfer-Encoding: chunked, chunked'], `0\r\n\r\n${smuggled}`)],
    ['another coding before chunks', post(['Transfer-Encoding: gzip, chunked'], `0\r\n\r\n${smuggled}`)],
    ['another coding after chunks', post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${smuggled}`)],
    ['no coding', post(['Transfer-Encoding: identity', 'Content-Length: 5'], `0\r\n\r\n${smuggled}`)],
    ['an unknown coding', post(['Transfer-Encoding: xchunked'], smuggled)],
    ['a coding behind a vertical tab', post(['Transfer-Encoding: \x0bchunked'], `0\r\n\r\n${smuggled}`)],
    ['a coding with a parameter', post(['Transfer-Encoding: chunked;q=1'], `0\r\n\r\n${smuggled}`)],
    [
      'a space before the colon',
      post(['Transfer-Encoding : chunked', 'Content-Length: 5'], `0\r\n\r\n${smuggled}`),
    ],
    ['a folded line', post(['Transfer-Encoding:\r\n chunked', 'Content-Length: 5'], `0\r\n\r\n${smuggled}`)],
    ['two lengths', post(['Content-Length: 0', `Content-Length: ${smuggled.length}`], smuggled)],
    ['the same length twice', post(['Content-Length: 4', 'Content-Length: 4'], `milk${smuggled}`)],
    ['lengths in a list', post(['Content-Length: 4, 4'], `milk${smuggled}`)],
    ['a length with a sign', post(['Content-Length: +4'], `milk${smuggled}`)],
    ['a negative length', post(['Content-Length: -4'], `milk${smuggled}`)],
    ['a hexadecimal length', post(['Content-Length: 0x4'], `milk${smuggled}`)],
    ['two numbers as a length', post(['Content-Length: 4 4'], `milk${smuggled}`)],
    ['a length beyond numbers', post([`Content-Length: ${'9'.repeat(30)}`], `milk${smuggled}`)],
    ['an empty length', post(['Content-Length: '], smuggled)],
    ['bare line feeds', post(['X-A: b\nContent-Length: 4'], `milk${smuggled}`)],
    ['a bare carriage return', post(['X-A: b\rContent-Length: 4'], `milk${smuggled}`)],
    ['a NUL in a line', post(['X-A: b\0c', 'Content-Length: 4'], `milk${smuggled}`)],
    ['two authorities', { lines: ['Host: other.example', 'Connection: close'] }],
    ['chunks in version 1.0', { ...post([chunked], `0\r\n\r\n${smuggled}`), version: '1.0' }],
  ])('%s', async (_, sent) => {
    const scene = await makeScene()
    // With two authorities only one of which is signed, a resource with one name does not look at them.
    const received = await exchange(scene.port, await scene.sign(sent))
    expect(received).not.toMatch(/^HTTP\/1\.1 2/m)
    expect(targetsAt(scene)).toEqual([])
  })

  it.each<[string, string]>([
    ['with bare line feeds', '4\nmilk\n0\n\n'],
    ['with a size that is not a number', '0x4\r\nmilk\r\n0\r\n\r\n'],
    ['with a size beyond numbers', 'fffffffffffffffff\r\nmilk\r\n0\r\n\r\n'],
    ['with a negative size', '-4\r\nmilk\r\n0\r\n\r\n'],
    ['that is longer than its size', '3\r\nmilk\r\n0\r\n\r\n'],
    ['with a line feed in an extension', '4;a\nb\r\nmilk\r\n0\r\n\r\n'],
    ['with an extension of 20 000 octets', `4;a=${'x'.repeat(20_000)}\r\nmilk\r\n0\r\n\r\n`],
    ['with trailers of 20 000 octets', `4\r\nmilk\r\n0\r\nX-T: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('a chunk %s ends the connection, and the upstream never has a whole request', async (_, content) => {
    const scene = await makeScene()
    scene.upstream.respond = () => undefined
    const received = await exchange(scene.port, `${await scene.sign(post([chunked], content))}${smuggled}`)
    expect(statusesOf(received).every((status) => status >= 400)).toBe(true)
    expect([targetsAt(scene), received]).toEqual([[], expect.not.stringContaining('401')])
  })
})

describe('requests on one connection are decided one by one', () => {
  it.each<[string, Sent, number[]]>([
    ['behind a length', post(['Content-Length: 4'], 'milk'), [200, 401]],
    ['behind chunks', post([chunked], '4\r\nmilk\r\n0\r\n\r\n'), [200, 401]],
    [
      'behind chunks with extensions and trailers',
      post([chunked], '4;a=b\r\nmilk\r\n0\r\nX-Trailer: x\r\n\r\n'),
      [200, 401],
    ],
    ['behind no content', {}, [200, 401]],
    ['behind content of GET', { method: 'GET', framing: ['Content-Length: 4'], content: 'milk' }, [200, 401]],
    [
      'behind a field that is spelled like a length',
      {
        ...post(['Content-Length: 4'], 'milk'),
        lines: ['Content_Length: 900', 'Transfer_Encoding: chunked'],
      },
      [200, 401],
    ],
    ['behind a refusal', { ...post(['Content-Length: 4'], 'milk'), token: null }, [401, 401]],
  ])('%s', async (_, sent, statuses) => {
    const scene = await makeScene()
    const received = await exchange(scene.port, `${await scene.sign(sent)}${smuggled}`)
    expect([statusesOf(received), targetsAt(scene)]).toEqual([
      statuses,
      statuses[0] === 200 ? ['/notes'] : [],
    ])
    expect(scene.upstream.received).not.toMatch(/smuggled|content_length|transfer_encoding|trailer|: x/i)
  })

  it('an unsigned request in the content of a signed one is content', async () => {
    const scene = await makeScene()
    const sent = { ...post([`Content-Length: ${smuggled.length}`], smuggled), lines: ['Connection: close'] }
    expect(statusesOf(await exchange(scene.port, await scene.sign(sent)))).toEqual([200])
    expect(targetsAt(scene)).toEqual(['/notes'])
    expect(contentIn(scene.upstream.received)).toBe(smuggled)
  })

  it('answers come in the order of the requests, each to its own', async () => {
    const scene = await makeScene()
    scene.upstream.respond = ({ socket, received }) => {
      // A connection may have carried the other request before.
      const isSlow = received.lastIndexOf('GET /notes/slow') > received.lastIndexOf('GET /notes/fast')
      if (isSlow) setImmediate(() => socket.write(ok('slow')))
      else socket.write(ok('fast'))
    }
    const slow = await scene.sign({ target: '/notes/slow' })
    const fast = await scene.sign({ target: '/notes/fast', lines: ['Connection: close'] })
    const received = await exchange(scene.port, slow + fast)
    expect(received.match(/slow$|fast$|slow(?=HTTP)/gm)).toEqual(['slow', 'fast'])
  })

  it('any content in any chunks is what the upstream gets, and what follows it is another request', async () => {
    const scene = await makeScene()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), { maxLength: 8 }),
        async (parts) => {
          scene.upstream.connections.length = 0
          const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
          const text = await scene.sign(post([chunked], `${chunks}0\r\n\r\n`))
          const received = await exchange(scene.port, text + smuggled)
          expect(statusesOf(received)).toEqual([200, 401])
          const [connection] = scene.upstream.connections
          expect(contentIn(connection?.received ?? '')).toBe(parts.join(''))
          connection?.socket.destroy()
        },
      ),
      runs(15),
    )
  })
})

describe('an answer that comes before the whole request', () => {
  it('does not make the rest of the content a request, at the agent’s side or the upstream’s', async () => {
    const scene = await makeScene()
    scene.upstream.respond = ({ socket, received }) => {
      if (!received.includes('HTTP/1.1 413')) socket.write(ok('early'))
    }
    const content = `${'x'.repeat(200_000)}${smuggled}`
    const text = await scene.sign(post([`Content-Length: ${content.length}`], content))
    const client = new RawClient(scene.port).write(text.slice(0, -smuggled.length))
    await client.answers(1)
    const received = await client.write(smuggled).write(smuggled).closed()
    expect(statusesOf(received)).toEqual([200, 401])
    await scene.upstream.until(() => scene.upstream.connections[0]?.isClosed === true)
    expect(targetsAt(scene).filter((target) => target !== '/notes')).toEqual([])
  })

  it('closes the connection to the upstream, and the next request has another', async () => {
    const scene = await makeScene()
    scene.upstream.respond = ({ socket }) => void socket.write(ok('early'))
    const text = await scene.sign(post(['Content-Length: 10'], 'half'))
    const client = new RawClient(scene.port).write(text)
    await client.answers(1)
    await scene.upstream.until(() => scene.upstream.connections[0]?.isClosed === true)
    client.write('restxx').write(await scene.sign({ lines: ['Connection: close'] }))
    expect(statusesOf(await client.closed())).toEqual([200, 200])
    expect(scene.upstream.connections).toHaveLength(2)
  })
})

describe('an answer that begins before the whole request', () => {
  it('closes the connection to the upstream, even if the rest of the request is sent before the answer ends', async () => {
    const scene = await makeScene()
    scene.upstream.respond = ({ socket, received }) => {
      if (received.endsWith('half')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nea')
      if (received.endsWith('rest')) socket.write('rly')
    }
    const sent = { ...post(['Content-Length: 8'], 'half'), lines: ['Connection: close'] }
    const client = new RawClient(scene.port).write(await scene.sign(sent))
    await client.until(() => client.received.endsWith('ea'))
    expect(await client.write('rest').closed()).toMatch(/early$/)
    await scene.upstream.until(() => scene.upstream.connections[0]?.isClosed === true)
  })
})

describe('100-continue', () => {
  const expecting = {
    ...post([`Content-Length: ${smuggled.length}`], smuggled),
    lines: ['Expect: 100-continue'],
  }

  it('content that is sent without waiting is content', async () => {
    const scene = await makeScene()
    const received = await exchange(scene.port, (await scene.sign(expecting)) + smuggled)
    expect([statusesOf(received), targetsAt(scene)]).toEqual([[100, 200, 401], ['/notes']])
  })

  it('a refusal closes the connection, since content and request could not be told apart', async () => {
    const scene = await makeScene()
    const received = await exchange(scene.port, (await scene.sign({ ...expecting, token: null })) + smuggled)
    expect([statusesOf(received), targetsAt(scene)]).toEqual([[401], []])
  })

  it('an upstream that says 100 by itself does not answer with it', async () => {
    const scene = await makeScene()
    scene.upstream.respond = ({ socket }) => void socket.write(`HTTP/1.1 100 Continue\r\n\r\n${ok('hello')}`)
    const text = await scene.sign({ lines: ['Connection: close'] })
    expect(statusesOf(await exchange(scene.port, text))).toEqual([200])
  })
})

describe('methods', () => {
  it('TRACE is 405, and CONNECT closes the connection', async () => {
    const scene = await makeScene()
    const trace = await exchange(
      scene.port,
      await scene.sign({ method: 'TRACE', lines: ['Connection: close'] }),
    )
    const connect = await exchange(
      scene.port,
      'CONNECT notes.example:443 HTTP/1.1\r\nHost: notes.example\r\n\r\n',
    )
    expect([statusesOf(trace), connect, scene.upstream.connections]).toEqual([[405], '', []])
  })
})

describe('names of the gateway', () => {
  const reserved = [
    'AAuth-Guard-Assertion',
    'AAuth-Guard-Sub',
    'X-AAuth-Sub',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-User',
    'X-Real-IP',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method-Override',
    'X-Method-Override',
    'Proxy',
  ]
  const spelling = fc.tuple(
    fc.constantFrom(...reserved),
    fc.constantFrom('-', '_', '.'),
    fc.infiniteStream(fc.boolean()),
  )

  it('no field that an agent sends under one of them reaches the upstream, in any spelling [E07]', async () => {
    const scene = await makeScene()
    await fc.assert(
      fc.asyncProperty(fc.array(spelling, { minLength: 1, maxLength: 6 }), async (fields) => {
        scene.upstream.connections.length = 0
        const lines = fields.map(([name, separator, capitals]) => {
          const spelled = [...name.replaceAll('-', separator)].map((one) =>
            capitals.next().value ? one.toUpperCase() : one.toLowerCase(),
          )
          return `${spelled.join('')}: forged`
        })
        const text = await scene.sign({ lines: [...lines, 'Connection: close'] })
        expect(statusesOf(await exchange(scene.port, text))).toEqual([200])
        const [connection] = scene.upstream.connections
        expect(connection?.received).not.toContain('forged')
        for (const name of [
          'aauth-guard-assertion',
          'forwarded',
          'x-forwarded-for',
          'x-forwarded-host',
          'x-forwarded-proto',
        ])
          expect([name, connection?.received.match(new RegExp(`^${name}:`, 'gim'))?.length]).toEqual([
            name,
            1,
          ])
        connection?.socket.destroy()
      }),
      runs(30),
    )
  })

  it('"Connection" cannot take a field of the gateway away', async () => {
    const scene = await makeScene()
    for (const name of [
      'aauth-guard-assertion',
      'x-forwarded-for',
      'content-length',
      'host',
      'authorization',
    ]) {
      const text = await scene.sign({ lines: [`Connection: close, ${name}`] })
      expect(statusesOf(await exchange(scene.port, text))).toEqual([400])
    }
    expect(scene.upstream.connections).toEqual([])
  })
})
