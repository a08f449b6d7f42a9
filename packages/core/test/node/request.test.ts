import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { type AnyRequirement, answer, authorize } from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { signedRequest } from '@aauth-guard/core/node'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { SignedMessage } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let world: World
let port: number
let token: string
let requirement: AnyRequirement = {}
beforeAll(async () => {
  world = await makeWorld({ replay: 'off' })
  token = await world.agent.authToken({ scope: 'access' })
  const { url } = await world.net.listen(decide)
  port = Number(new URL(url).port)
})
afterAll(() => world.net.close())

async function decide(req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const auth = await authorize(world.resource, signedRequest(req), requirement as object, {
      content: 'later',
    })
    res.end(`accepted ${contentBinding(auth)}`)
  } catch (error) {
    const { status, headers, body } = await answer(error)
    res.writeHead(status, headers).end(body)
  }
}

/** The answers of the server to these octets, as `status code` for each request among them. */
function exchange(octets: string): Promise<string[]> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(octets, 'latin1'))
    socket.on('error', fail)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => {
      const answers = Buffer.concat(chunks)
        .toString('latin1')
        .split(/(?=HTTP\/1\.1 )/)
      done(
        answers.map((text) =>
          `${text.slice(9, 12)} ${/"error":"(\w+)"|(accepted \w+)/.exec(text)?.slice(1).join('') ?? ''}`.trim(),
        ),
      )
    })
  })
}

const sign = (call: Call = {}): Promise<SignedMessage> =>
  world.agent.sign(call.url ?? 'https://notes.example/notes', call, { ...call, token })

interface Wire {
  readonly target?: string
  readonly version?: string
  /** Replaces the Host line. */
  readonly host?: string
  readonly more?: string
  readonly body?: string
  readonly connection?: 'close' | 'keep-alive'
}

function octetsOf({ method, target, headers }: SignedMessage, wire: Wire = {}): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const {
    host = 'Host: notes.example\r\n',
    version = '1.1',
    more = '',
    body = '',
    connection = 'close',
  } = wire
  return `${method} ${wire.target ?? target} HTTP/${version}\r\n${host}${lines}Connection: ${connection}\r\n${more}\r\n${body}`
}

async function over(call: Call, wire: Wire, required: AnyRequirement = {}): Promise<string> {
  requirement = required
  return (await exchange(octetsOf(await sign(call), wire)))[0] ?? ''
}

describe('a request over a real socket', () => {
  it.each(['/notes', '/a%2Fb', '//evil.example/a', '/a;v=1?x=%zz', '/?'])(
    'for %s is accepted with exactly this target [SIG-15, E12, E14]',
    async (target) => {
      expect(await over({ url: `https://notes.example${target}`, cover: ['@query'] }, {})).toBe(
        '200 accepted uncovered',
      )
    },
  )

  it.each([
    ['two Host lines', { host: 'Host: notes.example\r\nHost: evil.example\r\n' }, '[A01]'],
    ['two Host lines that agree', { host: 'Host: notes.example\r\nHost: notes.example\r\n' }, '[A01]'],
    ['two Authorization lines', { more: 'Authorization: Basic a\r\nAuthorization: Basic b\r\n' }, '[A06]'],
    ['two Content-Type lines', { more: 'Content-Type: text/plain\r\nContent-Type: text/html\r\n' }, '[A06]'],
    ['an empty Host', { host: 'Host:\r\n' }, '[A02]'],
    ['Host with a path', { host: 'Host: notes.example/foo?\r\n' }, '[A03]'],
    ['Host with user information', { host: 'Host: notes.example@evil.example\r\n' }, '[A03]'],
    ['HTTP/1.0 without Host', { host: '', version: '1.0' }, '[A02]'],
    ['another authority in absolute form', { target: 'http://evil.example/notes' }, '[E11]'],
    ['dot segments', { target: '/x/../notes' }, '[E13]'],
    ['encoded dot segments', { target: '/x/%2e%2e/notes' }, '[E13]'],
    ['a fragment', { target: '/notes#top' }, '[E20]'],
  ] as const)('with %s is refused as ambiguous %s', async (_, wire, _ids) => {
    expect(await over({}, wire)).toBe('400 invalid_request')
  })

  it.each([
    ['its own authority in absolute form', { target: 'https://notes.example/notes' }],
    ['HTTP/1.0 and Host', { version: '1.0' }],
    ['Host of a proxy', { host: 'Host: backend.internal:8080\r\n' }],
    ['a signature of another agent before its own', { more: 'Signature: other=:AAAA:\r\n' }],
    ['X-Forwarded-Host', { more: 'X-Forwarded-Host: evil.example\r\nX-Original-URL: /admin\r\n' }],
  ] as const)('with %s is accepted [E07, E09, E11, A05]', async (_, wire) => {
    expect(await over({}, wire)).toBe('200 accepted uncovered')
  })

  it.each(['__proto__', 'constructor', 'tostring'])(
    'that covers the absent field %s is refused [A12]',
    async (name) => {
      expect(await over({ cover: [name] }, {})).toBe('401 invalid_signature')
    },
  )

  it('may have and cover a field whose name objects inherit [A12]', async () => {
    const call = { headers: { constructor: 'x' }, cover: ['constructor'] }
    expect(await over(call, {})).toBe('200 accepted uncovered')
  })

  it('with a field named like a derived component is rejected by the parser [A11]', async () => {
    expect(await over({}, { more: '@authority: evil.example\r\n' })).toBe('400')
  })

  it('cannot have a covered field in the trailer [A14]', async () => {
    const call = { method: 'POST', cover: ['x-tag'], headers: { 'x-tag': 'a' } }
    const message = await sign(call)
    const headers = message.headers.filter(([name]) => name !== 'x-tag')
    requirement = {}
    const wire = { more: 'Transfer-Encoding: chunked\r\nTrailer: x-tag\r\n', body: '0\r\nx-tag: a\r\n\r\n' }
    expect(await exchange(octetsOf({ ...message, headers }, wire))).toEqual(['401 invalid_signature'])
  })

  it('is refused when a covered field contains octets outside ASCII [A10]', async () => {
    const call = { cover: ['x-tag'], headers: { 'x-tag': 'caf\xe9' } }
    expect(await over(call, {})).toBe('401 invalid_signature')
  })

  it('does not affect the next one on the same connection [A24]', async () => {
    requirement = {}
    const unsigned = 'GET /notes HTTP/1.1\r\nHost: notes.example\r\nConnection: close\r\n\r\n'
    expect(await exchange(octetsOf(await sign(), { connection: 'keep-alive' }) + unsigned)).toEqual([
      '200 accepted uncovered',
      '401 invalid_signature',
    ])
  })
})

describe('the presence of content', () => {
  const required = { components: ['content-digest'] }

  it.each([
    ['no length', '', '', '200 accepted uncovered'],
    ['length 0', 'Content-Length: 0\r\n', '', '200 accepted uncovered'],
    ['some length', 'Content-Length: 4\r\n', 'note', '401 invalid_input'],
    ['chunks', 'Transfer-Encoding: chunked\r\n', '4\r\nnote\r\n0\r\n\r\n', '401 invalid_input'],
    ['chunks, none of them', 'Transfer-Encoding: chunked\r\n', '0\r\n\r\n', '401 invalid_input'],
  ])('is recognised with %s [SIG-8]', async (_, more, body, expected) => {
    expect(await over({ method: 'POST' }, { more, body }, required)).toBe(expected)
  })

  it('without octets is compared with a covered digest at once [N08]', async () => {
    expect(await over({ method: 'POST', digest: true }, {})).toBe('200 accepted checked')
    expect(await over({ method: 'POST', digest: true, body: 'note' }, {})).toBe('401 invalid_signature')
  })

  it('with octets is left to the reader of the body [N03]', async () => {
    const wire = { more: 'Content-Length: 4\r\n', body: 'note' }
    expect(await over({ method: 'POST', digest: true, body: 'note' }, wire)).toBe('200 accepted unchecked')
  })
})
