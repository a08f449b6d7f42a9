import type { Caller } from '@aauth-guard/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { forwardedLines } from '../../src/headers/index.ts'
import type { Route } from '../../src/routes/route.ts'
import { routeWith } from './route.ts'

const agent = { type: 'agent-token' } as Caller
const otherCaller: Caller = { type: 'other', scheme: 'bearer', id: 'k1', scopes: [] }
const uncovered: ReadonlySet<string> = new Set()

function pass(
  lines: readonly string[],
  route: Partial<Route> = {},
  caller: Caller | 'anonymous' = agent,
  covered = uncovered,
): readonly string[] | string {
  const result = forwardedLines(lines, routeWith(route), caller === 'anonymous' ? undefined : caller, covered)
  return result.outcome === 'lines' ? result.lines : `${result.refusal.answer.status} ${result.refusal.hint}`
}

const reserved = [
  'AAuth-Guard-Assertion',
  'AAuth-Guard-Anything',
  'X-AAuth-Agent',
  'AAuth-Mission',
  'Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Uri',
  'X-Real-IP',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-HTTP-Method',
  'X-HTTP-Method-Override',
  'X-Method-Override',
  'Proxy',
  'X-Client-IP',
  'True-Client-IP',
  'CF-Connecting-IP',
  'X-Forwarded',
  'Remote-User',
  'X-Auth-Request-Email',
  'X-WebAuth-User',
  'X-MS-CLIENT-PRINCIPAL',
]
const credentials = ['Signature', 'Signature-Input', 'Signature-Key']
const hopByHop = [
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'HTTP2-Settings',
]
const ordinary = [
  'Accept',
  'Content-Type',
  'Content-Length',
  'Host',
  'X-Request-ID',
  'AAuth',
  'X-Real',
  'Proxies',
]

describe('what is removed', () => {
  for (const name of [...reserved, ...credentials, ...hopByHop.slice(1), 'Expect', 'Cookie', 'Authorization'])
    it(`${name} is not passed on`, () => {
      expect(pass([name, 'a', 'Accept', '*/*', name.toLowerCase(), 'b'])).toEqual(['Accept', '*/*'])
    })

  for (const name of ordinary)
    it(`${name} is passed on`, () => {
      expect(pass([name, 'a'])).toEqual([name, 'a'])
    })

  it('repeated lines and their order stay', () => {
    const lines = ['X-A', '1', 'x-b', '2', 'X-A', '3', 'x-a', '']
    expect(pass(lines)).toEqual(lines)
  })

  it('a name with other characters is dropped, unless the route lists it', () => {
    expect(pass(['x_trace', '1', 'x.trace', '2'])).toEqual([])
    expect(pass(['X_Trace', '1', 'x.trace', '2'], { passNames: ['x_trace'] })).toEqual(['X_Trace', '1'])
  })

  it('listing another spelling of a reserved field, or of the length, does not pass it', () => {
    const passNames = [
      'aauth_guard_assertion',
      'x.real.ip',
      'content_length',
      'transfer_encoding',
      'x!real!ip',
    ]
    expect(
      pass(
        passNames.flatMap((name) => [name, '1']),
        { passNames },
      ),
    ).toEqual([])
  })

  it('what Connection names is removed in every spelling', () => {
    const lines = [
      'x-a',
      '1',
      'Connection',
      'close, X-A ,, keep-alive',
      'X-B',
      '2',
      'connection',
      'x-b',
      'x_a',
      '3',
    ]
    expect(pass(lines, { passNames: ['x_a'] })).toEqual([])
  })
})

describe('Connection names what must arrive', () => {
  for (const name of [
    ...reserved,
    ...credentials,
    'Host',
    'Authorization',
    'Content-Type',
    'Content-Digest',
    'Content-Length',
  ])
    it(`Connection naming ${name} answers 400`, () => {
      expect(pass(['Connection', `close, ${name.toUpperCase()}`])).toMatch(/^400 "Connection"/)
      expect(pass(['Connection', 'close', 'connection', name.replaceAll('-', '_')])).toMatch(
        /^400 "Connection"/,
      )
    })

  it('Connection naming a covered field answers 400, in any spelling', () => {
    const covered = new Set(['@method', 'idempotency-key', 'x_odd'])
    for (const name of ['Idempotency-Key', 'idempotency_key', 'X_Odd'])
      expect(pass(['Connection', name], {}, agent, covered)).toMatch(/^400 "Connection"/)
    expect(pass(['Connection', 'Idempotency-Key'])).toEqual([])
  })
})

describe('other credentials', () => {
  const route = { pass: ['authorization', 'cookie'] as const }
  const optional = { ...route, requirement: { optional: true } }
  const key = ['Authorization', 'Bearer key']

  it('Authorization and Cookie pass where the route says so', () => {
    expect(pass([...key, 'Cookie', 'a=1'], route)).toEqual([...key, 'Cookie', 'a=1'])
    expect(pass([...key, 'Cookie', 'a=1'], { pass: ['cookie'] })).toEqual(['Cookie', 'a=1'])
  })

  for (const value of ['AAuth token', 'aauth', ' AAUTH\tx', 'AAuth=x', 'Bearer key, AAuth token'])
    it(`Authorization: ${value} never passes`, () => {
      expect(pass(['Authorization', value], route)).toEqual([])
    })

  it('a scheme that only begins like AAuth passes', () => {
    expect(pass(['Authorization', 'AAuthx token'], route)).toEqual(['Authorization', 'AAuthx token'])
  })

  it('on an optional route it passes for a caller without a credential', () => {
    expect(pass(key, optional, 'anonymous')).toEqual(key)
  })

  it('on an optional route it answers 400 beside an AAuth credential', () => {
    expect(pass(key, optional)).toMatch(/^400 the request has an AAuth credential/)
    // What does not pass is not a second credential for the upstream.
    expect(pass(key, { requirement: { optional: true } })).toEqual([])
  })

  it('on an optional route it passes for the other credential that the route takes', () => {
    expect(pass(key, optional, otherCaller)).toEqual(key)
  })

  it('two lines of Authorization answer 400, since upstreams differ in which they read', () => {
    expect(pass([...key, 'authorization', 'Bearer other'], route)).toMatch(
      /^400 the request has more than one/,
    )
  })
})

describe('properties', () => {
  const separators = fc.constantFrom('-', '_', '.')
  /** A name with each letter in some case and each `-` as some separator. */
  const spelled = (names: readonly string[]): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom(...names), fc.infiniteStream(fc.boolean()), fc.infiniteStream(separators))
      .map(([name, cases, others]) => {
        let made = ''
        for (const letter of name)
          made +=
            letter === '-'
              ? others.next().value
              : cases.next().value
                ? letter.toUpperCase()
                : letter.toLowerCase()
        return made
      })
  const named = ['x-hop', 'x-per-connection']
  const value = fc.string({ unit: 'grapheme-ascii', maxLength: 5 })
  const loose = (name: string): string => name.toLowerCase().replaceAll(/[_.]/g, '-')
  const never = new Set([...reserved, ...credentials, ...hopByHop, ...named].map(loose))

  it('no spelling of a reserved, hop-by-hop or named field survives, and all else does, in order', () => {
    const removed = spelled([...reserved, ...credentials, ...hopByHop.slice(1), ...named])
    const kept = fc.constantFrom(
      'X-Trace',
      'accept',
      'ACCEPT',
      'x_listed',
      'X.Listed',
      'content-type',
      'x-hops',
    )
    const line = fc.oneof(
      fc.tuple(removed, value),
      fc.tuple(kept, value),
      fc.tuple(fc.constantFrom('Connection', 'connection'), spelled(named)),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (drawn) => {
        const lines = ['CONNECTION', named.join(','), ...drawn.flat()]
        // Even a route that lists every spelling passes none of them.
        const passNames = [...drawn.map(([name]) => name.toLowerCase()), 'x_listed', 'x.listed']
        const expected = drawn.filter(([name]) => !never.has(loose(name))).flat()
        const result = pass(lines, { passNames })
        expect(result).toEqual(expected)
      }),
      runs(300),
    )
  })

  it('Connection naming any spelling of a reserved or covered field is refused', () => {
    const covered = new Set(['@authority', 'x-covered'])
    const bad = spelled([...reserved, ...credentials, 'x-covered', 'content-type', 'authorization'])
    fc.assert(
      fc.property(bad, fc.array(spelled(named), { maxLength: 3 }), (name, others) => {
        expect(pass(['Connection', [...others, name].join(', ')], {}, agent, covered)).toMatch(/^400 /)
      }),
      runs(300),
    )
  })
})
