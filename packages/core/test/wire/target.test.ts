import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { splitTarget } from '../../src/wire/target.ts'

describe('a target in origin form', () => {
  it.each([
    ['/', '/', '?'],
    ['/notes', '/notes', '?'],
    ['/notes?', '/notes', '?'],
    ['/notes?a=1&b=2', '/notes', '?a=1&b=2'],
    ['/notes?a?b', '/notes', '?a?b'],
    ['/?a=/../x', '/', '?a=/../x'],
    ['/a%2Fb', '/a%2Fb', '?'],
    ['/%20%40%5B%5e%60%7B%7c%C3%A9', '/%20%40%5B%5e%60%7B%7c%C3%A9', '?'],
    ['/A', '/A', '?'],
    ['/a/', '/a/', '?'],
    ['/a//b', '/a//b', '?'],
    ['//evil.example/api/x', '//evil.example/api/x', '?'],
    ['/path;params', '/path;params', '?'],
    ['/%zz/%00/%5C/%E0%80%AF', '/%zz/%00/%5C/%E0%80%AF', '?'],
    ['/a?%zz', '/a', '?%zz'],
    ['/http://evil.example/x', '/http://evil.example/x', '?'],
  ])('%s is split as text into %s and %s [SIG-15, E12, E14, E15, E17]', (raw, path, query) => {
    expect(splitTarget(raw)).toStrictEqual({ path, query })
  })

  it.each(['/.well-known/x', '/a.b', '/a/...', '/..a', '/a..', '/.a/b'])(
    '%s is accepted, because its dots are part of a name',
    (raw) => {
      expect(splitTarget(raw)).toStrictEqual({ path: raw, query: '?' })
    },
  )

  it.each([
    '/api/../admin',
    '/api/..',
    '/..',
    '/.',
    '/./x',
    '/api/./x?q',
    '/api/%2e%2e/admin',
    '/api/%2E%2e/admin',
    '/api/.%2e/admin',
    '/api/%2e./admin',
    '/api/%2e/admin',
    '/api/%2E',
    '/api/%2e%2E?x',
  ])('%s is refused, because a URL parser would resolve its dot segment [E13]', (raw) => {
    expect(splitTarget(raw)).toBeUndefined()
  })

  it.each([
    ['/api\\..\\admin', 'a backslash'],
    ['/\\evil.example/x', 'a backslash after the slash'],
    ['/path#frag?x', 'a fragment'],
    ['/path?x#frag', 'a fragment after the query'],
    ['/a b', 'a space'],
    ['/a\tb', 'a tab'],
    ['/a\r\nx: y', 'a line end'],
    ['/a\0', 'NUL'],
    ['/a\x7f', 'DEL'],
    ['/ü', 'a character that is not ASCII'],
    ['/a?ü', 'a query that is not ASCII'],
    ...[...'"<>^`{}'].map((sign) => [`/a${sign}b`, `${sign}, which URL parsers encode`]),
    ...[...'"<>'].map((sign) => [`/a?${sign}b`, `${sign} in the query, which URL parsers encode`]),
    ...['/%61dmin', '/a%2e', '/%2ea', '/%2e%2e%2e', '/a/%31', '/%5A', '/a%2Db', '/a%5fb', '/%7Ea'].map(
      (raw) => [raw, 'an octet that is encoded without need, which some routers decode'],
    ),
    ['', 'nothing'],
    ['*', 'an asterisk'],
    ['notes', 'no slash'],
    ['notes.example:443', 'authority form'],
    ['?a=1', 'a query alone'],
  ])('%j is refused: %s [E20]', (raw) => {
    expect(splitTarget(raw)).toBeUndefined()
  })

  it('may have a backslash in the query, which is never used for routing', () => {
    expect(splitTarget('/a?b\\c')).toStrictEqual({ path: '/a', query: '?b\\c' })
  })
})

describe('a target in absolute form', () => {
  it.each([
    ['http://evil.example/api/x', 'evil.example', '/api/x', '?'],
    ['https://notes.example/a?b', 'notes.example', '/a', '?b'],
    ['HTTPS://Notes.Example:443/a', 'Notes.Example:443', '/a', '?'],
    ['https://notes.example', 'notes.example', '/', '?'],
    ['https://notes.example?a=1', 'notes.example', '/', '?a=1'],
    ['https://user@notes.example/a', 'user@notes.example', '/a', '?'],
    ['https:///a', '', '/a', '?'],
    ['https://notes.example\\a', 'notes.example\\a', '/', '?'],
  ])('%s is split, and its authority %j is kept for comparison [E11]', (raw, authority, path, query) => {
    expect(splitTarget(raw)).toStrictEqual({ path, query, authority })
  })

  it.each([
    'ftp://notes.example/a',
    'ws://notes.example/a',
    'https:/notes.example/a',
    'https:notes.example/a',
    'xhttps://notes.example/a',
    'https://notes.example/../a',
    'https://notes.example/%2e%2e/a',
    'https://notes.example/a#b',
    'https://notes.example/a\\b',
  ])('%s is refused [E11, E13, E20]', (raw) => {
    expect(splitTarget(raw)).toBeUndefined()
  })
})

describe('any target', () => {
  const pieces = fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2E',
    '%2f',
    '\\',
    '?',
    '#',
    'a',
    ';',
    '@',
    ':',
    'é',
    ' ',
    '%',
  )
  const target = fc.array(pieces, { maxLength: 8 }).map((parts) => `/${parts.join('')}`)

  it('that is accepted equals its path and query put together', () => {
    fc.assert(
      fc.property(target, (raw) => {
        const cut = splitTarget(raw)
        if (cut !== undefined) expect([raw, `${raw}?`]).toContain(cut.path + cut.query)
      }),
      runs(2000),
    )
  })

  it('that is accepted has the path that a URL parser returns [E13, E14]', () => {
    const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
    const anyTarget = fc
      .array(fc.oneof(pieces, visible), { maxLength: 8 })
      .map((parts) => `/${parts.join('')}`)
    fc.assert(
      fc.property(anyTarget, (raw) => {
        const cut = splitTarget(raw)
        if (cut !== undefined) expect(new URL(`https://notes.example${raw}`).pathname).toBe(cut.path)
      }),
      runs(5000),
    )
  })
})
