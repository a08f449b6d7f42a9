import type { IncomingMessage } from 'node:http'
import { rememberContent, signedRequest } from '@aauth-guard/core/node'
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
})
