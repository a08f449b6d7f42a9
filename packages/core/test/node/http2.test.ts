import type { IncomingMessage } from 'node:http'
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type AnyRequirement, authorize } from '@aauth-guard/core'
import { signedRequest } from '@aauth-guard/core/node'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let world: World
let server: Http2Server
let client: ClientHttp2Session
let requirement: AnyRequirement = {}
beforeAll(async () => {
  world = await makeWorld({ authorities: ['notes.example', 'api.notes.example'], replay: 'off' })
  server = createServer((req, res) => {
    authorize(world.resource, signedRequest(req as unknown as IncomingMessage), requirement as object).then(
      ({ type }) => res.end(type),
      ({ status, code }) => {
        res.writeHead(status)
        res.end(code)
      },
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(async () => {
  client.close()
  await new Promise((closed) => server.close(closed))
})

async function over(call: Call, pseudo: OutgoingHttpHeaders, required: AnyRequirement = {}): Promise<string> {
  requirement = required
  const token = await world.agent.authToken({ scope: 'access' })
  const message = await world.agent.sign(call.url ?? 'https://notes.example/notes', call, { ...call, token })
  const headers = {
    ':method': message.method,
    ':path': message.target,
    ...Object.fromEntries(message.headers),
    ...pseudo,
  }
  return new Promise((done, fail) => {
    const stream = client.request(headers, { endStream: message.body === undefined })
    let status = 0
    let text = ''
    stream.on('response', (fields) => {
      status = Number(fields[':status'])
    })
    stream.on('data', (chunk) => {
      text += chunk
    })
    stream.on('end', () => done(`${status} ${text}`))
    stream.on('error', fail)
    if (message.body !== undefined) stream.end(message.body)
  })
}

describe('a request over HTTP/2', () => {
  it.each([
    [':authority alone', { ':authority': 'notes.example' }, '200 auth-token'],
    [
      ':authority and Host that agree',
      { ':authority': 'notes.example', host: 'notes.example' },
      '200 auth-token',
    ],
    [
      ':authority and another Host',
      { ':authority': 'evil.example', host: 'notes.example' },
      '400 invalid_request',
    ],
    ['another authority of this resource', { ':authority': 'api.notes.example' }, '401 invalid_signature'],
    ['dot segments', { ':authority': 'notes.example', ':path': '/x/../notes' }, '400 invalid_request'],
    ['a fragment', { ':authority': 'notes.example', ':path': '/notes#top' }, '400 invalid_request'],
    [
      'another path',
      { ':authority': 'notes.example', ':path': '//evil.example/notes' },
      '401 invalid_signature',
    ],
  ])('with %s: %j is %s [A21, A22]', async (_, pseudo, expected) => {
    expect(await over({}, pseudo)).toBe(expected)
  })

  it.each([
    ['without content', {}, '200 auth-token'],
    ['with content', { method: 'POST', body: 'note' }, '401 invalid_input'],
  ])('%s shows whether it has any [SIG-8]', async (_, call, expected) => {
    const required = { components: ['content-digest'] }
    expect(await over(call, { ':authority': 'notes.example' }, required)).toBe(expected)
  })
})
