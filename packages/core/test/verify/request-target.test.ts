import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { outcome, signed } from './outcome-with-lines.ts'

const url = 'https://notes.example/notes'

describe('the request target', () => {
  it.each([
    '/a%2Fb',
    '/a%5Cb',
    '/%00',
    '/%zz',
    '/%E0%80%AF',
    '//evil.example/a',
    '/a//b',
    '/a;v=1',
    '/...',
    '/a.b',
    '/notes?x=/../y',
    '/notes?a=1?b=2',
    '/*',
  ])('%s is signed and verified byte for byte [SIG-15, E12, E14]', async (target) => {
    const world = await makeWorld()
    const message = await signed(world, `https://notes.example${target}`, {}, ['@query'])
    expect(await outcome(world, message)).toBe('auth-token')
  })

  it.each([
    ['/a%2Fb', '/a/b'],
    ['/a/b', '/a%2Fb'],
    ['/A', '/a'],
    ['/a', '/a/'],
    ['/a', '//a'],
    ['/%61', '/a'],
  ])('signed as %s and sent as %s is refused [SIG-15, R11-102, E15]', async (one, other) => {
    const world = await makeWorld()
    const message = await signed(world, `https://notes.example${one}`)
    expect(await outcome(world, message, {}, other)).toBe('401 invalid_signature')
  })

  it.each([
    ['/a?x=1', '/a?x=2'],
    ['/a?x=1', '/a'],
    ['/a', '/a?x=1'],
    ['/a?x=1&y=2', '/a?y=2&x=1'],
  ])(
    'with a covered query, signed as %s and sent as %s, is refused; without coverage it is accepted [SIG-16, E16]',
    async (one, other) => {
      const world = await makeWorld()
      const [bound, open] = [
        await signed(world, `https://notes.example${one}`, {}, ['@query']),
        await signed(world, `https://notes.example${one}`),
      ]
      expect([await outcome(world, bound, {}, other), await outcome(world, open, {}, other)]).toEqual([
        '401 invalid_signature',
        'auth-token',
      ])
    },
  )

  it('is covered as a URI with the called authority, one of several [SIG-14, SIG-15]', async () => {
    const world = await makeWorld({ authorities: ['notes.example', 'api.notes.example'] })
    const message = await signed(world, 'https://api.notes.example/notes', {}, ['@target-uri'])
    expect(await outcome(world, message)).toBe('auth-token')
    expect(await outcome(world, message, { host: ['notes.example'] })).toBe('401 invalid_signature')
  })

  it('has the query ? when it has none [E17]', async () => {
    const world = await makeWorld()
    const message = await signed(world, url, {}, ['@query'])
    expect(message.base).toContain('"@query": ?\n')
    expect([await outcome(world, message), await outcome(world, message, {}, '/notes?')]).toEqual([
      'auth-token',
      'auth-token',
    ])
  })

  it.each([
    '',
    '*',
    'notes',
    '/api/../admin',
    '/api/%2e%2e/admin',
    '/api/.%2E/admin',
    '/./a',
    '/a/..',
    '/a\\b',
    '/a#b',
    '/a?b#c',
    '/a b',
    '/ä',
    '/a\r\nb',
    'notes.example:443',
    'ftp://notes.example/a',
    '/a"b',
    '/a{b}',
    '/a?x=<y>',
    '/%61',
    '/%2D',
  ])('%j is refused as ambiguous [E13, E20]', async (target) => {
    const world = await makeWorld()
    expect(await outcome(world, await signed(world, url), {}, target)).toBe('400 invalid_request')
  })

  it.each([
    ['https://notes.example/notes', 'auth-token'],
    ['http://notes.example/notes', 'auth-token'],
    ['https://NOTES.example:443/notes', 'auth-token'],
    ['https://notes.example', '401 invalid_signature'],
    ['http://evil.example/notes', '400 invalid_request'],
    ['http://notes.example@evil.example/notes', '400 invalid_request'],
    ['http://notes.example:80/notes', '400 invalid_request'],
    ['http:///notes', '400 invalid_request'],
  ])('in absolute form %s is %s [E11]', async (target, expected) => {
    const world = await makeWorld()
    expect(await outcome(world, await signed(world, url), {}, target)).toBe(expected)
  })

  it('in absolute form selects the authority, whatever Host is [E11]', async () => {
    const world = await makeWorld({ authorities: ['notes.example', 'api.notes.example'] })
    const message = await signed(world, 'https://api.notes.example/notes')
    const host = { host: ['notes.example'] }
    expect(await outcome(world, message, host, 'https://api.notes.example/notes')).toBe('auth-token')
  })
})

describe('the method', () => {
  it.each(['get', 'Get', 'HEAD', 'POST', 'DELETE'])(
    'GET sent as %s is refused [R11-102, E05]',
    async (method) => {
      const world = await makeWorld()
      expect(await outcome(world, { ...(await signed(world, url)), method })).toBe('401 invalid_signature')
    },
  )

  it.each(['', 'GE T', 'GET\n"@path": /admin', 'G\u00cbT', 'GET,POST', 'GET\t'])(
    '%j is not a method and is refused',
    async (method) => {
      const world = await makeWorld()
      const message = { ...(await signed(world, url)), method }
      expect(await outcome(world, message)).toBe('400 invalid_request')
    },
  )
})
