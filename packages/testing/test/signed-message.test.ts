import {
  type Agent,
  createTestNetwork,
  type Draft,
  signDraft,
  toRequest,
  toSignedRequest,
} from '@aauth-guard/testing'
import { Token } from 'structured-headers'
import { beforeAll, describe, expect, it } from 'vitest'
import { linesOf, verifies } from './received.ts'

const url = 'https://notes.example/notes?tag=a%2Fb'
let agent: Agent
let token: string
beforeAll(async () => {
  const net = await createTestNetwork({ seed: 'signed message' })
  agent = await net.agent()
  token = await agent.authToken()
})

describe('a signed message', () => {
  it('becomes a Request with every header and the content', async () => {
    const message = await agent.sign(url, { method: 'POST', body: 'milk' }, { token })
    const request = toRequest(message)
    expect([request.method, request.url, await request.text()]).toEqual(['POST', url, 'milk'])
    expect(request.headers.get('signature')).toBe(linesOf(message, 'signature')[0])
  })

  it('becomes the request of authorize, with Host and every line', async () => {
    const message = await agent.sign(url, { headers: { Accept: 'text/plain' } }, { token })
    const twice = { ...message, headers: [...message.headers, ['accept', '*/*'] as const] }
    const request = toSignedRequest(twice)
    const { body } = toSignedRequest({ ...message, body: Uint8Array.of(1, 2) })
    expect([request.method, request.target]).toEqual(['GET', '/notes?tag=a%2Fb'])
    expect(request.header('accept')).toEqual(['text/plain', '*/*'])
    expect(request.header('host')).toEqual(['notes.example'])
    expect(request.header('signature')).toEqual(linesOf(message, 'signature'))
    expect(request.header('x-not-there')).toEqual([])
    expect([request.body, body]).toEqual([new Uint8Array(), Uint8Array.of(1, 2)])
  })

  it('can be made from any draft, such as one with another scheme and two labels', async () => {
    const message = await signDraft({ ...draft(), twin: 'b', params: { tag: new Token('t') } })
    expect(linesOf(message, 'signature-key')).toEqual(['a=quantum;z="1", b=quantum;z="1"'])
    expect(linesOf(message, 'signature-input')).toEqual(['a=("@method");tag=t, b=("@method");tag=t'])
    expect([verifies(message, agent.key, 'a'), verifies(message, agent.key, 'b')]).toEqual([true, true])
  })

  it('signs all lines of a field, trimmed and joined in order', async () => {
    const headers = [
      ['x-list', ' one '],
      ['x-other', 'between'],
      ['x-list', '\ttwo'],
    ] as const
    const { base } = await signDraft({ ...draft(), headers, components: [{ name: 'x-list' }] })
    expect(base).toBe('"x-list": one, two\n"@signature-params": ("x-list")')
  })
})

function draft(): Draft {
  return {
    method: 'GET',
    authority: 'notes.example',
    target: '/notes',
    headers: [],
    label: 'a',
    components: [{ name: '@method' }],
    params: {},
    scheme: 'quantum',
    schemeParams: { z: '1' },
    key: agent.key,
  }
}
