import { rememberContent } from '@aauth-guard/core/node'
import express from 'express'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageFault, readMessage } from '../../src/message/read-message.ts'
import { call, protect, verdictOf } from '../scene.ts'
import { hosts, v1Stateless } from '../servers/hosts.ts'

const encoder = new TextEncoder()
const read = (text: string) => readMessage(encoder.encode(text))

describe('one message', () => {
  it('is what JSON.parse makes of it', () => {
    const message = fc.record({
      jsonrpc: fc.constant('2.0'),
      id: fc.oneof(fc.maxSafeInteger(), fc.string({ unit: 'grapheme' })),
      method: fc.string({ minLength: 1, unit: 'grapheme' }),
      params: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 })),
    })
    fc.assert(
      fc.property(message, (given) => {
        const text = JSON.stringify(given)
        expect(read(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('with a name twice, at any depth and however escaped, is refused', () => {
    const spelled = fc.constantFrom('name', '\\u006eame', 'n\\u0061me')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), spelled, spelled, (depth, one, other) => {
        const inner = `{"${one}":1,"${other}":2}`
        const nested = '{"a":'.repeat(depth) + inner + '}'.repeat(depth)
        expect(read(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${nested}}}`)).toBeInstanceOf(
          MessageFault,
        )
      }),
    )
  })

  it.each([
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ['a batch after spaces', ' \n[]', -32600],
    ['not JSON', '{', -32700],
    ['nothing', '', -32700],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ['a null id', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
    ['a fraction as id', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', -32600],
    ['params that are a list', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600],
    ['a request with a result', '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', -32600],
    ['a response with both', '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', -32600],
    ['a response without id', '{"jsonrpc":"2.0","result":{}}', -32600],
    [
      'too many levels',
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`,
      -32700,
    ],
    [
      'too many values',
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[${'1,'.repeat(70_000)}1]}}`,
      -32700,
    ],
  ])('%s is refused', (_, text, code) => {
    expect(read(text)).toMatchObject({ code, status: 400 })
  })
})

describe.each(hosts)('$name', (host) => {
  it.each([
    [
      'a batch',
      '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"notes.list"}}]',
      [400, -32600],
    ],
    [
      'a name twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"notes.list","name":"notes.secret"}}',
      [400, -32700],
    ],
    [
      'more than 1 MiB',
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${'x'.repeat(1_048_576)}"}}`,
      [413, 'content_too_large'],
    ],
  ])('%s is refused before the server gets it', async (_, body, verdict) => {
    const { agent, send, calls } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    expect(await verdictOf(await send({ token, body }))).toEqual(verdict)
    expect(calls.made).toEqual([])
  })

  it('content of a caller that is not verified is not read', async () => {
    const { agent, send } = await protect(host)
    const token = await agent.authToken({ claims: { exp: 1 } })
    const [status] = await verdictOf(await send({ token, body: '[' }))
    expect(status).toBe(401)
  })
})

it('content that other middleware has read is bounded as well', async () => {
  const { agent, send } = await protect({
    ...v1Stateless,
    listener(calls, resource, options) {
      const app = express().use(express.raw({ type: () => true, limit: '4mb' }), (request, _, next) => {
        rememberContent(request, request.body)
        next()
      })
      return app.use(v1Stateless.listener(calls, resource, options))
    },
  })
  const token = await agent.authToken({ scope: 'notes.read' })
  const ping = (length: number) => call('ping', { a: 'x'.repeat(length) })
  expect((await send({ token, body: ping(10) })).status).toBe(200)
  expect((await send({ token, body: ping(1_048_576) })).status).toBe(413)
})
