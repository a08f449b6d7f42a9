import { describe, expect, it } from 'vitest'
import { DictionarySyntaxError } from '../../src/wire/dictionary.ts'
import { isUnsigned, readSignatureHeaders, type SignatureHeaders } from '../../src/wire/signature-headers.ts'
import type { SignedRequest } from '../../src/wire/signed-request.ts'

type Lines = Readonly<Record<string, readonly string[]>>

const signed: Lines = {
  'signature-input': ['sig=("@method");created=1'],
  signature: ['sig=:AAAA:'],
  'signature-key': ['sig=jwt;jwt="x"'],
}
const names = ['signature-input', 'signature', 'signature-key'] as const

function request(lines: Lines): SignedRequest {
  return { method: 'GET', target: '/', header: (name) => lines[name] ?? [] }
}

function read(lines: Lines): SignatureHeaders {
  const headers = readSignatureHeaders(request({ ...signed, ...lines }))
  if (headers instanceof DictionarySyntaxError) throw new Error(headers.message)
  return headers
}

function fault(lines: Lines): string {
  const headers = readSignatureHeaders(request({ ...signed, ...lines }))
  return headers instanceof DictionarySyntaxError ? headers.message : 'accepted'
}

describe('the three signature headers', () => {
  it('are three dictionaries', () => {
    const { input, signature, key } = read({})
    expect([...input.keys(), ...signature.keys(), ...key.keys()]).toEqual(['sig', 'sig', 'sig'])
    expect(input.get('sig')).toMatchObject({ kind: 'inner-list', items: [{ item: { value: '@method' } }] })
    expect(signature.get('sig')).toMatchObject({ item: { type: 'bytes', value: 'AAAA' } })
    expect(key.get('sig')).toMatchObject({ item: { type: 'token', value: 'jwt' } })
  })

  describe.each(names)('%s', (name) => {
    it.each([[[]], [['']], [['   ']]])(
      'must not be absent, empty or white space: %j [SIG-1, R11-080, A18]',
      (lines) => {
        expect(fault({ [name]: lines })).toBe(
          `${name} is missing or empty: send all three signature fields, or none of them`,
        )
      },
    )

    it('must not consist of empty lines [A18]', () => {
      expect(fault({ [name]: ['', ''] })).toMatch(/^[a-z-]+ is malformed, expected a key/)
    })

    it('must be a dictionary [SIG-3, R11-082]', () => {
      expect(fault({ [name]: ['sig=('] })).toMatch(
        /^[a-z-]+ is malformed, expected .*: write it as a dictionary/,
      )
    })

    it('is not in the error message, because it may contain a token or a signature [P04]', () => {
      expect(fault({ [name]: ['sig=secret-'.repeat(3)] })).not.toContain('secret')
    })

    it('may be one dictionary in several lines [A05]', () => {
      const { input, signature, key } = read({ [name]: [...(signed[name] ?? []), 'other=:AAAA:, third'] })
      const members = { 'signature-input': input, signature, 'signature-key': key }[name]
      expect([...members.keys()]).toEqual(['sig', 'other', 'third'])
    })

    it('must not repeat a key in another line [SIG-3, R11-085, A05, B03]', () => {
      expect(fault({ [name]: [...(signed[name] ?? []), 'sig=:AAAA:'] })).toMatch(
        /malformed, "sig" appears twice: /,
      )
    })

    it('has at most 8 members [SIG-26, B12]', () => {
      const members = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`)
      expect(fault({ [name]: members(8) })).toBe('accepted')
      expect(fault({ [name]: members(9) })).toMatch(/malformed, over 8 members: /)
    })
  })

  it.each([
    ['signature-key', 12_288],
    ['signature-input', 4096],
    ['signature', 4096],
  ])('include %s with at most %i octets in all lines together [SIG-26, A15, B13]', (name, limit) => {
    const filled = (length: number) => `a="${'x'.repeat(length - 4)}"`
    expect(fault({ [name]: [filled(limit)] })).toBe('accepted')
    expect(fault({ [name]: [filled(limit + 1)] })).toBe(`${name}: over ${limit} octets`)
    const half = limit / 2
    const lines = (extra: number) => [filled(half), filled(half - 2 + extra).replace('a', 'b')]
    expect(fault({ [name]: lines(0) })).toBe('accepted')
    expect(fault({ [name]: lines(1) })).toBe(`${name}: over ${limit} octets`)
  })

  it.each(['sig=:AB-_CD==:', 'sig=:-AAA:'])('report a signature in base64url separately: %s', (text) => {
    expect(fault({ signature: [text] })).toMatch(/: the signature is in base64url: write it in base64/)
  })

  it.each(names)('are measured before they are read: %s [B12, B13]', (name) => {
    expect(fault({ [name]: [`${'!'.repeat(1_000_000)}`] })).toMatch(/: over \d+ octets$/)
  })
})

describe('a request', () => {
  it('is unsigned when it has none of the three headers [SIG-2]', () => {
    expect(isUnsigned(request({}))).toBe(true)
  })

  it.each(names)('is not unsigned when it has %s, even empty [SIG-1, R11-080, A18]', (name) => {
    expect(isUnsigned(request({ [name]: [''] }))).toBe(false)
  })
})
