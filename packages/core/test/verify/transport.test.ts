import { authorize } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { outcome, signed } from './outcome-with-lines.ts'

const url = 'https://notes.example/notes'

describe('a field that may occur once', () => {
  it.each(['host', 'authorization', 'content-type', 'content-length'])(
    '%s is refused when it occurs twice, even with equal lines [A01, A06]',
    async (name) => {
      const world = await makeWorld()
      const value = name === 'host' ? 'notes.example' : 'x'
      expect(await outcome(world, await signed(world, url), { [name]: [value, value] })).toBe(
        '400 invalid_request',
      )
    },
  )

  it('is refused when it occurs twice, even in an unsigned request [A01]', async () => {
    const { resource } = await makeWorld()
    const header = (name: string): string[] => (name === 'host' ? ['notes.example', 'evil.example'] : [])
    const request = { method: 'GET', target: '/', header }
    await expect(authorize(resource, request)).rejects.toMatchObject({ code: 'invalid_request', status: 400 })
  })
})

describe('Host', () => {
  it.each([
    '',
    'evil.example/foo?',
    'notes.example@evil.example',
    'notes.example\tevil',
    'notes.example evil',
    'notes.example:',
    'notes.example:port',
    'notes.example:999999',
    'http://notes.example',
    '[::1',
    'nötes.example',
    // Letters that fold to s and k, and a dot that parsers of domain names accept as one.
    'note\u017f.example',
    '\u212aotes.example',
    'notes\u3002example',
  ])('%j is refused [A02, A03, Q12]', async (host) => {
    const world = await makeWorld()
    expect(await outcome(world, await signed(world, url), { host: [host] })).toBe('400 invalid_request')
  })

  it.each([
    ['the authority', ['notes.example']],
    ['upper case and the port of https', ['NOTES.EXAMPLE:443']],
    ['an internal name that a proxy put there', ['backend-7.internal:8080']],
    ['an address', ['[::1]:3000']],
    ['no line at all, where the runtime has none to give', []],
  ])('has no effect, even if it is %s: the authority is configured [SIG-14, A04, E07]', async (_, lines) => {
    const world = await makeWorld()
    expect(await outcome(world, await signed(world, url), { host: lines })).toBe('auth-token')
  })

  it.each([
    'x-forwarded-host',
    'forwarded',
    'x-original-host',
    'x-host',
    'x-forwarded-server',
    'x-original-url',
    'x-rewrite-url',
    'x-envoy-original-path',
    'x-http-method-override',
  ])('is not replaced by %s, which is not read [E07, E08, E09]', async (name) => {
    const world = await makeWorld()
    const elsewhere = await signed(world, 'https://evil.example/admin')
    const here = await signed(world, url)
    const lines = { [name]: ['host=evil.example'] }
    expect([await outcome(world, here, lines), await outcome(world, elsewhere, lines)]).toEqual([
      'auth-token',
      '401 invalid_signature',
    ])
  })

  it.each([
    ['api.notes.example', 'https://api.notes.example/notes', 'auth-token'],
    ['API.notes.example:443', 'https://api.notes.example/notes', 'auth-token'],
    ['notes.example', 'https://api.notes.example/notes', '401 invalid_signature'],
    ['api.notes.example', url, '401 invalid_signature'],
    ['api.notes.example.', 'https://api.notes.example/notes', '401 invalid_signature'],
    ['api.notes.example:80', 'https://api.notes.example/notes', '401 invalid_signature'],
  ])(
    'selects among several authorities: %s for %s is %s [SIG-14, R11-103, A04, E10]',
    async (host, signedFor, expected) => {
      const world = await makeWorld({ authorities: ['notes.example', 'api.notes.example:443'] })
      expect(await outcome(world, await signed(world, signedFor), { host: [host] })).toBe(expected)
    },
  )
})
