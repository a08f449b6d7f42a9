import { describe, expect, it } from 'vitest'
import { answeredLines, foreignSpelling } from '../../src/headers/index.ts'

const privateFields = [
  ['cache-control', 'private'],
  ['vary', 'Signature-Key, Signature'],
] as const

describe('foreignSpelling', () => {
  for (const name of [
    'AAuth_Guard_Assertion',
    'aauth.guard-assertion',
    'X_Real_IP',
    'x_forwarded-for',
    'X-Forwarded.Proto',
    'AAUTH_MISSION',
    'X_HTTP_Method_Override',
    'X~Original~URL',
    'X-Forwarded-\u212aey',
  ])
    it(`finds ${name}`, () => {
      expect(foreignSpelling(['Accept', '*/*', name, 'x', 'X_Real_IP', 'y'])).toBe(name)
    })

  it('leaves names that a proxy overwrites, and names that mean nothing', () => {
    const names = [
      'AAuth-Guard-Forwarded',
      'X-Forwarded-For',
      'aauth-mission',
      'x_trace',
      'Signature-Input',
      'Proxy',
    ]
    expect(foreignSpelling(names.flatMap((name) => [name, 'AAuth_Guard_Assertion']))).toBeUndefined()
  })
})

describe('answeredLines', () => {
  it('removes what only the gateway says, and hop-by-hop fields', () => {
    const lines = [
      'AAuth-Requirement',
      'AAUTH-Access',
      'aauth-guard-assertion',
      'Signature-Error',
      'Accept-Signature-Scheme',
      'Clear-Site-Data',
      'Connection',
      'Transfer-Encoding',
      'Keep-Alive',
      'Upgrade',
      'Trailer',
    ].flatMap((name) => [name, 'x-gone'])
    expect(answeredLines([...lines, 'X-Gone', '1', 'Set-Cookie', 'a', 'set-cookie', 'b'], [])).toEqual([
      'Set-Cookie',
      'a',
      'set-cookie',
      'b',
    ])
  })

  it('sets the private fields where the upstream did not', () => {
    expect(answeredLines([], privateFields)).toEqual(privateFields.flat())
    expect(answeredLines(['Cache-Control', 'no-store'], privateFields)).toEqual([
      'Cache-Control',
      'no-store',
      'vary',
      'Signature-Key, Signature',
    ])
  })

  it('adds to Vary of the upstream, whose software does not know what answers depend on', () => {
    expect(answeredLines(['Vary', 'Accept-Encoding'], privateFields)).toEqual([
      'Vary',
      'Accept-Encoding',
      ...privateFields.flat(),
    ])
  })

  it('a field that Connection names does not count as set', () => {
    expect(answeredLines(['Cache-Control', 'public', 'Connection', 'Cache-Control'], privateFields)).toEqual(
      privateFields.flat(),
    )
  })
})
