import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import {
  selectSignature,
  signatureBytes,
  type UntrustedSignature,
} from '../../src/signature/select-signature.ts'
import { key as labels } from '../wire/dictionary-texts.ts'
import { bareRequest } from './bare-request.ts'
import { refused } from './refused.ts'

const list = '("@method" "@authority" "@path" "signature-key");created=1790000000'
const octets = `:${'A'.repeat(86)}==:`

type Fields = { readonly input: string; readonly signature: string; readonly key: string }
const good: Fields = { input: `sig=${list}`, signature: `sig=${octets}`, key: 'sig=jwt;jwt="t"' }

function select(change: Partial<Fields> = {}): UntrustedSignature {
  const { input, signature, key } = { ...good, ...change }
  const lines = { 'signature-input': input, signature, 'signature-key': key }
  return selectSignature(bareRequest({ lines }))
}

/** Status and `Signature-Error` of a refused selection. */
function refusal(change: Partial<Fields>): string {
  const { status, headers } = refused(() => select(change))
  return `${status} ${headers['signature-error']}`
}

const invalidSignature = '401 error=invalid_signature'

describe('a well-formed signature', () => {
  it('is returned with everything that was sent', () => {
    const chosen = select({ input: `sig=${list};expires=1790000060;nonce="n"` })
    expect(chosen).toMatchObject({
      label: 'sig',
      components: ['@method', '@authority', '@path', 'signature-key'],
      created: 1790000000,
      expires: 1790000060,
      signature: `${'A'.repeat(86)}==`,
      key: { item: { type: 'token', value: 'jwt' } },
    })
    expect(chosen.key.params.get('jwt')).toEqual({ type: 'string', value: 't' })
    expect(chosen.params).toBe(`${list};expires=1790000060;nonce="n"`)
  })

  it('has no expires when none was sent', () => {
    expect(select().expires).toBeUndefined()
  })

  it('has its components in the order in which they were signed', () => {
    const input = 'sig=("x" "signature-key" "@path" "a" "@method");created=1'
    expect(select({ input }).components).toEqual(['x', 'signature-key', '@path', 'a', '@method'])
  })

  it('may cover nothing, which the coverage rules then refuse', () => {
    expect(select({ input: 'sig=();created=1' }).components).toEqual([])
  })
})

describe('the label', () => {
  const sevenMismatches = [0, 1, 2, 3, 4, 5, 6].map((bits) => {
    const at = (bit: number, other: string) => ((bits >> bit) & 1 ? 'sig' : other)
    return [at(0, 'i'), at(1, 's'), at(2, 'k')] as const
  })

  it.each(sevenMismatches)(
    'must be in all three fields, not %s in Signature-Input, %s in Signature and %s in Signature-Key [SIG-4, R11-083, D01]',
    (input, signature, key) => {
      const change = {
        input: `${input}=${list}`,
        signature: `${signature}=${octets}`,
        key: `${key}=jwt;jwt="t"`,
      }
      expect(refusal(change)).toBe(invalidSignature)
    },
  )

  it('may be any, if it is the same in all three fields [D02, B05]', () => {
    fc.assert(
      fc.property(fc.oneof(labels, fc.constantFrom('constructor', 'tostring', 'valueof', '*')), (label) => {
        const change = {
          input: `${label}=${list}`,
          signature: `${label}=${octets}`,
          key: `${label}=jwt;jwt="t"`,
        }
        expect(select(change).label).toBe(label)
      }),
      runs(200),
    )
  })

  it('must not be renamed in two of the three fields [SIG-4, R11-083, D03]', () => {
    fc.assert(
      fc.property(labels, fc.constantFrom(...(['input', 'signature', 'key'] as const)), (label, kept) => {
        fc.pre(label !== 'sig')
        const renamed = Object.fromEntries(
          Object.entries(good).map(([field, text]) => [
            field,
            field === kept ? text : text.replace(/^sig/, label),
          ]),
        )
        expect(refusal(renamed)).toBe(invalidSignature)
      }),
      runs(200),
    )
  })

  it.each([['a=jwt;jwt="t", b=jwt;jwt="u"'], ['a=jwt;jwt="t", b=jwt;jwt="t"'], ['b=jwt, a=jwt;jwt="t"']])(
    'must not be one of several with scheme jwt: %s [SIG-6, R11-085, D04]',
    (key) => {
      expect(refusal({ ...both('a', 'b'), key })).toBe(invalidSignature)
    },
  )

  it.each([
    ['tls=x509;x5u="https://evil.example", sig=jwt;jwt="t"', 'an unknown scheme in front'],
    ['sig=jwt;jwt="t", tls=hwk;kty="OKP"', 'another scheme behind'],
    ['tls="jwt", sig=jwt;jwt="t"', 'a string for a scheme'],
    ['tls=(jwt), sig=jwt;jwt="t"', 'a list for a scheme'],
    ['tls, sig=jwt;jwt="t"', 'no scheme'],
    ['tls=JWT, sig=jwt;jwt="t"', 'the scheme in upper case'],
  ])('is the one with scheme jwt beside %s (%s) [SIG-5, R11-084, R11-085, D05]', (key) => {
    expect(select({ ...both('tls', 'sig'), key }).label).toBe('sig')
  })

  it.each([
    ['in neither of the other fields', {}],
    ['not in Signature', { input: `other=${list}, sig=${list}` }],
    ['not in Signature-Input', { signature: `other=${octets}, sig=${octets}` }],
  ])('is selected without regard to a jwt member that is %s [SIG-5, SIG-6, R11-084]', (_, fields) => {
    expect(select({ ...fields, key: 'other=jwt;jwt="u", sig=jwt;jwt="t"' }).label).toBe('sig')
  })

  it.each([
    [`x="no list", sig=${list}`, `x=${octets}, sig=${octets}`],
    [`x=("signature";key="sig");created=1, sig=${list}`, `x=${octets}, sig=${octets}`],
    [`x=(token 1 :AA==:), sig=${list}`, `x=${octets}, sig=${octets}`],
    [`x=("a" "a");created="1", sig=${list}`, `x=${octets}, sig=${octets}`],
    [`x=();created=1, sig=${list}`, `x=token, sig=${octets}`],
    [`x=();created=1, sig=${list}`, `x=:AA==:, sig=${octets}`],
    [`x=();created=1, sig=${list}`, `sig=${octets}`],
  ])(
    'is selected without regard to faults under another label: %s / %s [SIG-5, R11-084, D06, D09]',
    (input, signature) => {
      expect(select({ input, signature, key: 'x=quantum, sig=jwt;jwt="t"' }).label).toBe('sig')
    },
  )

  it('is the first common one when none has scheme jwt, so that the scheme is refused', () => {
    const key = 'elsewhere=hwk, b=hwk, a=x509'
    expect(select({ ...both('a', 'b'), key }).label).toBe('b')
  })

  it('may be one of eight, but not of nine [SIG-26, D07]', () => {
    const more = (count: number) => Array.from({ length: count }, (_, index) => `, k${index}=jwt`).join('')
    expect(select({ key: good.key + more(7) }).label).toBe('sig')
    expect(refusal({ key: good.key + more(8) })).toBe(invalidSignature)
  })

  function both(one: string, two: string): Omit<Fields, 'key'> {
    return { input: `${one}=${list}, ${two}=${list}`, signature: `${one}=${octets}, ${two}=${octets}` }
  }
})

describe('the three fields', () => {
  const names = ['input', 'signature', 'key'] as const

  it.each(names)('are refused without the member %s [SIG-1, R11-080, A18, SIG-25, R11-105]', (name) => {
    expect(refusal({ [name]: '' })).toBe(invalidSignature)
  })

  it.each(names)('are refused when %s repeats a label [SIG-3, R11-085, B03]', (name) => {
    expect(refusal({ [name]: `${good[name]}, ${good[name]}` })).toBe(invalidSignature)
  })

  it.each(names)('are refused when %s is not a dictionary [SIG-3, R11-082]', (name) => {
    expect(refusal({ [name]: `${good[name]},` })).toBe(invalidSignature)
  })

  it.each(names)('are refused when %s is not ASCII [A10, B06]', (name) => {
    expect(refusal({ [name]: `${good[name]}, x="é"` })).toBe(invalidSignature)
  })

  it.each([
    ['input', `sig=${list};created=1790000000`],
    ['input', 'sig=("@method";req;req);created=1'],
    ['key', 'sig=jwt;jwt="a";jwt="b"'],
    ['signature', `sig=${octets};p;p`],
  ])('are refused when a parameter comes twice in %s: %s [SIG-3, B04]', (name, text) => {
    expect(refusal({ [name]: text })).toBe(invalidSignature)
  })

  it.each(['sig="x"', 'sig=token', 'sig=1', 'sig', 'sig=:AA==:'])(
    'are refused when %s takes the place of the list of components [SIG-3, R11-082]',
    (input) => {
      expect(refusal({ input })).toBe(invalidSignature)
    },
  )

  it.each(['sig=abc', 'sig="AAAA"', 'sig=1', 'sig', `sig=(${octets})`, 'sig=:-_-_:', 'sig=@1', 'sig=AAAA'])(
    'are refused when %s takes the place of the octets of the signature [SIG-3, R11-082, B11]',
    (signature) => {
      expect(refusal({ signature })).toBe(invalidSignature)
    },
  )

  it('are read without catching errors of the host', () => {
    const request = {
      method: 'GET',
      target: '/',
      header: () => {
        throw new TypeError('of the host')
      },
    }
    expect(() => selectSignature(request)).toThrow(TypeError)
  })
})

describe('the octets of the signature', () => {
  it('are 64 [B11]', () => {
    const signature = `sig=:${Buffer.alloc(64, 0xfb).toString('base64')}:`
    expect(signatureBytes(select({ signature }))).toEqual(new Uint8Array(64).fill(0xfb))
  })

  it.each([0, 1, 32, 63, 65, 70, 72, 128])('must not be %i [SIG-24, B11]', (length) => {
    const chosen = select({ signature: `sig=:${Buffer.alloc(length).toString('base64')}:` })
    const { status, headers } = refused(() => signatureBytes(chosen))
    expect(`${status} ${headers['signature-error']}`).toBe(invalidSignature)
  })
})
