import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { isAAuthError } from '../../src/errors/aauth-error.ts'
import { signatureBase } from '../../src/signature/base.ts'
import { baseComponents } from '../../src/signature/coverage.ts'
import { splitTarget, type Target } from '../../src/wire/target.ts'
import { type BareRequest, bareRequest } from './bare-request.ts'
import { refused, requiredInput } from './refused.ts'

const params = '("x");created=1790000000'

function base(components: readonly string[], request: BareRequest = {}, strippedPrefix = ''): string {
  const bare = bareRequest(request)
  const cut = splitTarget(bare.target) as Target
  const derived = {
    method: bare.method,
    authority: 'notes.example',
    target: { ...cut, path: strippedPrefix + cut.path },
    rawTarget: bare.target,
    strippedPrefix,
  }
  return signatureBase(components, params, derived, bare, [...baseComponents, 'content-digest']).join('')
}

/** The line of one component. */
function line(name: string, request: BareRequest = {}): string | undefined {
  return base([name], request).split('\n')[0]
}

/** `Signature-Error` and the component that the hint names. */
function refusal(name: string, request: BareRequest = {}, strippedPrefix = ''): string {
  const { headers, hint } = refused(() => base([name], request, strippedPrefix))
  return `${headers['signature-error']} ${hint?.split(' ')[0]}`
}

const invalid = (name: string): string => `error=invalid_signature "${name}"`

describe('the signature base', () => {
  it('has a line for each component in the signed order, and then the unchanged parameters', () => {
    const request = { method: 'POST', target: '/a?b', lines: { 'x-a': 'one', 'x-b': 'two' } }
    expect(base(['x-b', '@query', '@method', 'x-a', '@path', '@authority'], request)).toBe(
      [
        '"x-b": two',
        '"@query": ?b',
        '"@method": POST',
        '"x-a": one',
        '"@path": /a',
        '"@authority": notes.example',
        `"@signature-params": ${params}`,
      ].join('\n'),
    )
  })

  it('consists of the parameters when nothing is covered', () => {
    expect(base([])).toBe(`"@signature-params": ${params}`)
  })
})

describe('a derived component', () => {
  it.each(['GET', 'get', 'Get', 'M-SEARCH'])('@method is %s as it was sent [E05]', (method) => {
    expect(line('@method', { method })).toBe(`"@method": ${method}`)
  })

  it('@authority comes from the configuration, whatever Host is [SIG-14, R11-103]', () => {
    const lines = { host: 'evil.example', 'x-forwarded-host': 'evil.example', '@authority': 'evil.example' }
    expect(line('@authority', { lines })).toBe('"@authority": notes.example')
  })

  it('@path and @query are the raw target [SIG-15, E14, E15, E17]', () => {
    const request = { target: '/a%2Fb//C/?q=%20+%zz?' }
    expect(base(['@path', '@query'], request).split('\n').slice(0, 2)).toEqual([
      '"@path": /a%2Fb//C/',
      '"@query": ?q=%20+%zz?',
    ])
  })

  it('@query is a question mark when there is none [E17]', () => {
    expect(line('@query', { target: '/a' })).toBe('"@query": ?')
  })

  it.each(['@method', '@authority', '@path', '@query'])(
    '%s cannot be set by a field of that name [A11]',
    (name) => {
      expect(line(name, { lines: { [name]: 'forged' } })).not.toContain('forged')
    },
  )

  it.each(['@status', '@query-param', '@signature-params', '@x'])(
    '%s has no value, even if a field of that name is sent [R11-090, A11, D10]',
    (name) => {
      expect(refusal(name, { lines: { [name]: 'forged' } })).toBe(invalid(name))
    },
  )

  it('@scheme is https, whatever the absolute form says', () => {
    expect(line('@scheme')).toBe('"@scheme": https')
    expect(line('@scheme', { target: 'http://notes.example/' })).toBe('"@scheme": https')
  })

  it.each([
    ['/a%2Fb//C/?q=%20+%zz?', 'https://notes.example/a%2Fb//C/?q=%20+%zz?'],
    ['/a', 'https://notes.example/a'],
    ['/a?', 'https://notes.example/a?'],
    ['/', 'https://notes.example/'],
    ['http://other.example', 'https://notes.example/'],
    ['http://other.example?x', 'https://notes.example/?x'],
    ['HTTP://other.example/a?x', 'https://notes.example/a?x'],
  ])(
    '@target-uri of %s is %s: the signed authority, without an added question mark [SIG-14, SIG-15, E19]',
    (target, uri) => {
      expect(line('@target-uri', { target })).toBe(`"@target-uri": ${uri}`)
    },
  )

  it('@target-uri includes the prefix that a proxy stripped [SIG-15]', () => {
    expect(base(['@target-uri'], { target: '/a?x' }, '/api').split('\n')[0]).toBe(
      '"@target-uri": https://notes.example/api/a?x',
    )
  })

  it.each(['/a%2Fb?', '/', '/a?b=c', 'http://other.example', 'HTTPS://other.example:443/a?x'])(
    '@request-target of %s is what was sent [SIG-15]',
    (target) => {
      expect(line('@request-target', { target })).toBe(`"@request-target": ${target}`)
    },
  )

  it('@request-target includes the prefix that a proxy stripped in origin form only [SIG-15]', () => {
    expect(base(['@request-target'], { target: '/a?x' }, '/api').split('\n')[0]).toBe(
      '"@request-target": /api/a?x',
    )
    expect(refusal('@request-target', { target: 'http://notes.example/a' }, '/api')).toBe(
      invalid('@request-target'),
    )
  })
})

describe('a field', () => {
  it.each([
    ['  two  spaces  ', 'two  spaces'],
    ['\ttabs\tinside\t', 'tabs\tinside'],
    [' \t mixed \t ', 'mixed'],
    ['', ''],
    ['   ', ''],
    ['a,b', 'a,b'],
    ['"quoted": "@path"', '"quoted": "@path"'],
  ])('sent as %j is signed as %j [A17]', (sent, signed) => {
    expect(line('x', { lines: { x: sent } })).toBe(`"x": ${signed}`)
  })

  it('sent in several lines is signed as one, in order [A05, A07]', () => {
    expect(line('x', { lines: { x: [' a ', '', '\tb, c'] } })).toBe('"x": a, , b, c')
    expect(line('x', { lines: { x: ['b, c', 'a'] } })).toBe('"x": b, c, a')
  })

  it('that is absent cannot be covered [R11-090, E04]', () => {
    expect(refusal('x-not-there', { lines: { x: 'y' } })).toBe(invalid('x-not-there'))
  })

  it('that must be covered and is absent is listed in required_input [R11-090, E04]', () => {
    expect(refusal('content-digest')).toBe(
      `${requiredInput([...baseComponents, 'content-digest'])} "content-digest"`,
    )
  })

  it('is signed up to 16 384 octets, all its lines together [O05]', () => {
    const half = 'x'.repeat(8191)
    expect(line('x', { lines: { x: [half, half] } })).toBe(`"x": ${half}, ${half}`)
    expect(refusal('x', { lines: { x: [half, `${half}x`] } })).toBe(invalid('x'))
    expect(refusal('x', { lines: { x: 'x'.repeat(16_385) } })).toBe(invalid('x'))
  })

  it.each(['constructor', '__proto__', 'tostring', 'hasownproperty', 'valueof'])(
    'named %s is absent unless it was sent [A12]',
    (name) => {
      expect(refusal(name)).toBe(invalid(name))
      expect(line(name, { lines: Object.fromEntries([[name, 'sent']]) })).toBe(`"${name}": sent`)
    },
  )

  it.each([
    ['é', 'latin-1'],
    ['\x80', 'an octet above 127'],
    ['€', 'UTF-8'],
    ['\u00a0x', 'a no-break space, which is not trimmed'],
  ])('that is not ASCII cannot be covered: %j (%s) [R11-090, A10]', (value) => {
    expect(refusal('x', { lines: { x: value } })).toBe(invalid('x'))
  })

  it.each(['a\n"@method": DELETE', 'a\r\n folded', 'a\rb', 'a\0b', '\x1f', '\x7f', 'a\n', '\na'])(
    'that could forge a line cannot be covered: %j [R11-090, A08, A09]',
    (value) => {
      expect(refusal('x', { lines: { x: value } })).toBe(invalid('x'))
      expect(refusal('x', { lines: { x: ['fine', value] } })).toBe(invalid('x'))
    },
  )
})

describe('the base of any request', () => {
  const names = ['@method', '@authority', '@path', '@query', 'a', 'b', 'c', 'absent']
  const character = fc.constantFrom(...'ab ,"\t:@;=', '\n', '\r', '\0', 'é', '"@path": /x')
  const value = fc.string({ unit: character, maxLength: 8 })
  const fields = fc.record({ a: fc.array(value, { maxLength: 3 }), b: value, c: value })

  it('is refused or has one line for each covered component and then the parameters [A08, A09, A10, E04, H16]', () => {
    let bases = 0
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...names)), fields, (components, lines) => {
        const text = orRefused(() => base(components, { lines, target: '/p?q' }))
        if (text === undefined) return
        bases++
        const all = text.split('\n')
        expect(all).toHaveLength(components.length + 1)
        expect(all.at(-1)).toBe(`"@signature-params": ${params}`)
        expect(all.slice(0, -1).map((one) => one.slice(0, one.indexOf(': ')))).toEqual(
          components.map((name) => `"${name}"`),
        )
        expect(text).toMatch(/^[\t\n\x20-\x7e]*$/)
      }),
      runs(1500),
    )
    expect(bases).toBeGreaterThan(200)
  })

  it('differs from that of a request with another covered value', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'ab,"'), maxLength: 5 })
    fc.assert(
      fc.property(plain, plain, plain, plain, (a, b, otherA, otherB) => {
        const one = base(['a', 'b'], { lines: { a, b } })
        const other = base(['a', 'b'], { lines: { a: otherA, b: otherB } })
        expect(one === other).toBe(a === otherA && b === otherB)
      }),
      runs(500),
    )
  })
})

function orRefused(make: () => string): string | undefined {
  try {
    return make()
  } catch (error) {
    if (isAAuthError(error) && error.code === 'invalid_signature') return undefined
    throw error
  }
}
