import { describe, expect, it } from 'vitest'
import { baseComponents, checkCoverage } from '../../src/signature/coverage.ts'
import { selectSignature, type UntrustedSignature } from '../../src/signature/select-signature.ts'
import { bareRequest } from './bare-request.ts'
import { refused, requiredInput } from './refused.ts'

function select(input: string): UntrustedSignature {
  const lines = {
    'signature-input': `sig=${input}`,
    signature: `sig=:${'A'.repeat(86)}==:`,
    'signature-key': 'sig=jwt;jwt="t"',
  }
  return selectSignature(bareRequest({ lines }))
}

function refusal(input: string): string {
  const { status, headers } = refused(() => {
    const { components, unsupported } = select(input)
    checkCoverage(components, baseComponents, unsupported)
  })
  return `${status} ${headers['signature-error']}`
}

const base = '"@method" "@authority" "@path" "signature-key"'
const invalidSignature = '401 error=invalid_signature'
const invalidInput = `401 ${requiredInput(baseComponents)}`

describe('a covered component', () => {
  it.each(['@method', 'x@y', 'token', '1', '1.0', ':AA==:', '?1', '@1', '%"x"'])(
    'must be a string, not %s [B10]',
    (component) => {
      expect(refusal(`(${base} ${component});created=1`)).toBe(invalidSignature)
    },
  )

  it.each([
    '"@method";req',
    '"@path";req',
    '"content-type";sf',
    '"content-type";bs',
    '"content-type";tr',
    '"content-type";bs=?0',
    '"example-dict";key="a"',
    '"@query-param";name="a"',
    '"x";unknown',
  ])('must not have a parameter, as in %s [SIG-13, R11-090, R11-091, E02, D10]', (component) => {
    expect(refusal(`(${base} ${component});created=1`)).toBe(invalidSignature)
  })

  it.each([
    '("@method" "@authority" "@path" "signature-key";key="sig")',
    '("@method" "@authority" "@path" "signature-key";key="sig2")',
    '("@method" "@authority" "@path" "signature-key";sf)',
    '("@method";req "@authority" "@path" "signature-key")',
    '("x";sf "@method" "@authority" "signature-key")',
  ])('counts only without parameters: %s [SIG-13, R11-090, R11-091, E02, D08]', (components) => {
    expect(refusal(`${components};created=1`)).toBe(invalidInput)
  })

  it.each([
    '',
    'Content-Type',
    '@Method',
    '@',
    '@method ',
    ' @method',
    'two words',
    'a\\"b',
    'a:b',
    'a\\\\nb',
    'a, b',
    'x;sf',
    '@query?',
    '@@path',
    'x@y',
  ])('must not be called "%s" [B07]', (name) => {
    expect(refusal(`(${base} "${name}");created=1`)).toBe(invalidSignature)
  })

  it.each(['"@path"', '"signature-key"', '"@method"'])(
    'must not occur twice, as %s does [SIG-13, R11-091, E03]',
    (component) => {
      expect(refusal(`(${base} ${component});created=1`)).toBe(invalidSignature)
    },
  )

  it('must not occur twice even if it is not required [SIG-13, E03]', () => {
    expect(refusal(`("x" ${base} "y" "x");created=1`)).toBe(invalidSignature)
  })

  it('may be any name that a field can have', () => {
    const name = "a!#$%&'*+-.^_`|~9"
    expect(select(`("${name}" "constructor" "__proto__");created=1`).components).toEqual([
      name,
      'constructor',
      '__proto__',
    ])
  })

  it('may be one of 32, but not of 33 [SIG-26, B12]', () => {
    const covering = (count: number) =>
      `(${Array.from({ length: count }, (_, index) => `"x${index}"`).join(' ')});created=1`
    expect(select(covering(32)).components).toHaveLength(32)
    expect(refusal(covering(33))).toBe(invalidSignature)
  })
})

describe('created', () => {
  it('must not be missing [SIG-17, R11-092, C01]', () => {
    expect(refusal(`(${base})`)).toBe(invalidSignature)
    expect(refusal(`(${base});expires=1790000060;nonce="x"`)).toBe(invalidSignature)
  })

  it.each(['"1790000000"', '1790000000.0', '1790000000.5', 'now', '?1', '@1790000000', ':AA==:', '%"1"'])(
    'must be an integer, not %s [SIG-17, R11-092, B08, C02]',
    (created) => {
      expect(refusal(`(${base});created=${created}`)).toBe(invalidSignature)
    },
  )

  it('must have a value [SIG-17, R11-092, C02]', () => {
    expect(refusal(`(${base});created`)).toBe(invalidSignature)
  })

  it.each([-1, 0, 2_147_483_648, 4_294_967_296, 999_999_999_999_999])(
    'may be the integer %i [C14]',
    (created) => {
      expect(select(`(${base});created=${created}`).created).toBe(created)
    },
  )

  it('must not have 16 digits [B08]', () => {
    expect(refusal(`(${base});created=1000000000000000`)).toBe(invalidSignature)
  })
})

describe('expires', () => {
  it.each(['"1790000060"', '1790000060.0', 'never', '?1', '@1790000060'])(
    'must be an integer, not %s [SIG-20, R11-095, B08, C06]',
    (expires) => {
      expect(refusal(`(${base});created=1790000000;expires=${expires}`)).toBe(invalidSignature)
    },
  )

  it('may be the integer 253402300799 [C06]', () => {
    expect(select(`(${base});created=1790000000;expires=253402300799`).expires).toBe(253_402_300_799)
  })
})
