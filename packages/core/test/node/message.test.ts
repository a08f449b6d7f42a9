import type { IncomingMessage } from 'node:http'
import { rememberContent, removeMissionHeader, signedRequest } from '@aauth-guard/core/node'
import { describe, expect, it } from 'vitest'

describe('a message', () => {
  type Message = IncomingMessage & { originalUrl?: string }
  const message = (members: object): Message =>
    ({
      method: 'GET',
      url: '/notes',
      rawHeaders: ['Host', 'notes.example'],
      httpVersionMajor: 1,
      ...members,
    }) as Message

  it('is one request, which a second guard recognises [E23]', () => {
    const one = message({})
    expect(signedRequest(one)).toBe(signedRequest(one))
    expect(signedRequest(one)).not.toBe(signedRequest(message({})))
  })

  it('has the target that the client sent, wherever a router is mounted [E21]', () => {
    expect(signedRequest(message({ url: '/x', originalUrl: '/api/x' })).target).toBe('/api/x')
  })

  it('shows a method or target that was changed since [E06]', () => {
    const one = message({})
    const request = signedRequest(one)
    Object.assign(one, { method: 'DELETE', url: '/admin' })
    expect([request.method, request.target]).toEqual(['DELETE', '/admin'])
  })

  it('has its fields as lines, by names in any case [A05, A07]', () => {
    const rawHeaders = ['Host', 'notes.example', 'X-Tag', 'b', 'x-other', '1', 'x-TAG', 'a']
    const request = signedRequest(message({ rawHeaders }))
    expect([request.header('x-tag'), request.header('x-none'), request.header('__proto__')]).toEqual([
      ['b', 'a'],
      [],
      [],
    ])
  })

  it('may have content that was read before', () => {
    const one = message({ rawHeaders: ['Host', 'notes.example', 'Content-Length', '4'] })
    expect(signedRequest(one).body).toBeUndefined()
    rememberContent(one, Buffer.from('note'))
    expect(signedRequest(one).body).toEqual(Buffer.from('note'))
  })

  it('has none of a name that another one begins with or ends with', () => {
    const rawHeaders = ['X-Tag', 'a', 'X-Tags', 'b', 'MX-Tag', 'c', 'X_Tag', 'd']
    const request = signedRequest(message({ rawHeaders }))
    expect([request.header('x-tag'), request.header('x-tags'), request.header('mx-tag')]).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ])
  })

  it('has no line of a value that is a name, nor of a name without a value', () => {
    const rawHeaders = ['x-other', 'x-tag', 'x-last', 'a', 'x-tag']
    const request = signedRequest(message({ rawHeaders }))
    expect([request.header('x-tag'), request.header('a'), request.header('x-other')]).toEqual([
      [],
      [],
      ['x-tag'],
    ])
  })

  it('shows lines that were added since', () => {
    const one = message({})
    const request = signedRequest(one)
    one.rawHeaders.push('X-Tag', 'a')
    expect(request.header('x-tag')).toEqual(['a'])
  })

  it.each([
    ['HTTP/1 without Host', 1, [], ['']],
    ['HTTP/1 with an empty Host', 1, ['Host', ''], ['']],
    ['HTTP/1 with a field named like the authority of HTTP/2', 1, ['Host', 'a', ':authority', 'b'], ['a']],
    ['HTTP/1 with two', 1, ['Host', 'a', 'host', 'b'], ['a', 'b']],
    ['HTTP/2 with an authority', 2, [':authority', 'a'], ['a']],
    ['HTTP/2 with the same Host', 2, [':authority', 'a', 'host', 'a'], ['a']],
    ['HTTP/2 with another Host', 2, [':authority', 'a', 'host', 'b'], ['a', 'b']],
    ['HTTP/2 with Host alone', 2, ['host', 'b'], ['b']],
    ['HTTP/2 with neither', 2, [], []],
  ])('has the hosts of %s [A01, A02]', (_, httpVersionMajor, rawHeaders, hosts) => {
    expect(signedRequest(message({ httpVersionMajor, rawHeaders })).header('host')).toEqual(hosts)
  })

  it.each([
    ['no length', 1, [], {}, true],
    ['length 0', 1, ['Content-Length', '0'], {}, true],
    ['length 4', 1, ['Content-Length', '4'], {}, false],
    ['chunks', 1, ['Transfer-Encoding', 'chunked'], {}, false],
    ['chunks and length 0', 1, ['Transfer-Encoding', 'chunked', 'Content-Length', '0'], {}, false],
    ['HTTP/2 whose stream has ended', 2, [], { stream: { endAfterHeaders: true } }, true],
    [
      'HTTP/2 whose stream goes on',
      2,
      ['content-length', '0'],
      { stream: { endAfterHeaders: false } },
      false,
    ],
    ['HTTP/2 without a stream', 2, [], {}, false],
  ])('is known to be empty or not with %s [SIG-8]', (_, httpVersionMajor, rawHeaders, members, isEmpty) => {
    const request = signedRequest(message({ httpVersionMajor, rawHeaders, ...members }))
    expect(request.body?.length).toBe(isEmpty ? 0 : undefined)
  })

  it('has the target that the framework keeps, where it is asked for', () => {
    const one = message({ url: '/x', originalUrl: '/api/x' })
    expect(signedRequest(one, () => '/kept').target).toBe('/kept')
    expect(signedRequest(message({ url: undefined, method: undefined })).target).toBe('')
  })

  it('keeps AAuth-Mission for the next guard, and only that one', () => {
    const one = message({
      headers: {},
      rawHeaders: ['AAuth-Mission', 'a', 'X-Tag', 'b', 'aauth-mission', 'c'],
    })
    const request = signedRequest(one)
    removeMissionHeader(one)
    removeMissionHeader(one)
    expect([request.header('aauth-mission'), request.header('x-tag'), one.rawHeaders]).toEqual([
      ['a', 'c'],
      ['b'],
      ['X-Tag', 'b'],
    ])
    expect(signedRequest(one)).toBe(request)
  })

  it('keeps AAuth-Mission that was removed before its first guard asked for anything', () => {
    const one = message({ headers: {}, rawHeaders: ['AAuth-Mission', 'a'] })
    removeMissionHeader(one)
    expect([signedRequest(one).header('aauth-mission'), one.rawHeaders]).toEqual([['a'], []])
  })

  it('has no request that its own properties could put in place of the one that was received', () => {
    const one = message({})
    const request = signedRequest(one)
    expect([Reflect.ownKeys(one).length, signedRequest(Object.create(one)) === request]).toEqual([4, false])
  })
})
