import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { isAgentId, isS256, isServerId, providerOf } from '../../src/token/identifiers.ts'

const label63 = 'a'.repeat(63)
/** A host of exactly `length` characters, in labels of 63. */
const hostOf = (length: number): string =>
  `${label63}.${label63}.${label63}.${label63}`
    .slice(0, length - 2)
    .replace(/\.$/, 'a')
    .concat('.b')

describe('a server identifier', () => {
  const valid = [
    'https://agent.example',
    'https://xn--nxasmq6b.example',
    'https://a.b.c.example',
    'https://1and1.example',
    'https://9.example',
    `https://${label63}.example`,
    `https://${hostOf(253)}`,
  ]
  it.each(valid)('may be %s [R11-002]', (text) => {
    expect(isServerId(text)).toBe(true)
  })

  const invalid = [
    'http://agent.example',
    'HTTPS://agent.example',
    'https://Agent.Example',
    'https://agent.example:8443',
    'https://agent.example:443',
    'https://agent.example/',
    'https://agent.example/v1',
    'https://agent.example?x',
    'https://agent.example#',
    'https://u:p@agent.example',
    'https://agent.example.',
    'https://agent..example',
    'https://.example',
    'https://-agent.example',
    'https://agent-.example',
    'https://ag_ent.example',
    `https://${label63}a.example`,
    `https://${hostOf(254)}`,
    'https://localhost',
    'https://127.0.0.1',
    'https://[::1]',
    'https://agent.1',
    'https://agent.example\n',
    ' https://agent.example',
    'https://аgent.example',
    'https://agent。example',
    'https://agent.example%2eevil.example',
    '',
  ]
  it.each(invalid)('is not %j [JWT-6, R11-002, G06]', (text) => {
    expect(isServerId(text)).toBe(false)
  })

  const addresses = ['https://127.0.0.0x1', 'https://0x7f.0x0.0x0.0x1', 'https://1.2.0x', 'https://a.0xff']
  it.each(addresses)(
    'is not %s, which URL parsers read as an address or not at all [R11-002, G06]',
    (text) => {
      expect(isServerId(text)).toBe(false)
    },
  )

  it.each([
    [['https://agent.example']],
    [{}],
    [null],
    [1],
    [undefined],
    [new String('https://agent.example')],
  ])('is not %j [JWT-6, R11-002, G06, G07]', (value) => {
    expect(isServerId(value)).toBe(false)
  })

  it('is its own origin for every URL parser [R11-003, G06]', () => {
    const label = fc.string({ unit: fc.constantFrom(...'a0x1f-9z'), minLength: 1, maxLength: 4 })
    const part = fc.oneof(
      label,
      fc.constantFrom('0x', '0x7f', '127', '0', 'example', 'xn', '.', '', ':1', '@', '/'),
    )
    const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `https://${parts.join('.')}`)
    let accepted = 0
    fc.assert(
      fc.property(text, (id) => {
        // Whether an A-label decodes is checked by the resolver.
        fc.pre(isServerId(id) && !id.includes('xn--'))
        accepted += 1
        expect(new URL(id).origin).toBe(id)
      }),
      { ...runs(1000), maxSkipsPerRun: 100 },
    )
    expect(accepted).toBe(1000)
  })

  const absent = missing('misc')
  describe.skipIf(absent !== undefined)(`in the corpus ${absent ?? ''}`, () => {
    type Row = { value: unknown; valid: boolean; why: string | null }
    const rows =
      absent === undefined ? readCorpus<{ cases: Row[] }>('misc', 'server-identifiers.json').cases : []
    /** Marked as policy or optional there: well-formed, and refused, if at all, by the addresses they resolve to. */
    const policy = ['https://foo.local', 'https://foo.internal', 'https://xn--a.example']

    it('there are 60 rows', () => expect(rows).toHaveLength(60))

    it.each(rows.filter(({ value }) => !policy.includes(value as string)))(
      'is $value: $valid [JWT-6, R11-002, G06, G07]',
      ({ value, valid: expected }) => {
        expect(isServerId(value)).toBe(expected)
      },
    )

    it.each(policy)('may be %s', (text) => {
      expect(rows.map(({ value }) => value)).toContain(text)
      expect(isServerId(text)).toBe(true)
    })
  })
})

describe('an agent identifier', () => {
  const valid = [
    'aauth:assistant-v2@agent.example',
    'aauth:planner.7f3c+search1@vendor.example',
    'aauth:Agent@agent.example',
    'aauth:_@agent.example',
    `aauth:${'a'.repeat(255)}@agent.example`,
    `aauth:${'a'.repeat(255)}@${hostOf(253)}`,
  ]
  it.each(valid)('may be %s [AGENT-1, R11-004, R11-005]', (text) => {
    expect(isAgentId(text)).toBe(true)
  })

  const invalid = [
    'My Agent@agent.example',
    'aauth:My Agent@agent.example',
    '@agent.example',
    'aauth:@agent.example',
    'agent@agent.example',
    'AAUTH:agent@agent.example',
    'aauth:agent',
    'aauth:agent@',
    'aauth:agent@http://agent.example',
    'aauth:agent@https://agent.example',
    'aauth:agent@agent.example:443',
    'aauth:agent@agent.example/',
    'aauth:agent@Agent.example',
    'aauth:agent@agent.example.',
    'aauth:agent@127.0.0.1',
    'aauth:agent@localhost',
    'aauth:a@b@agent.example',
    'aauth:a:b@agent.example',
    'aauth:a%40b@agent.example',
    'aauth:ägent@agent.example',
    'aauth:agent@agent.example\n',
    `aauth:${'a'.repeat(256)}@agent.example`,
    `aauth:agent@${hostOf(254)}`,
  ]
  it.each(invalid)('is not %j [AGENT-1, R11-004, G17]', (text) => {
    expect(isAgentId(text)).toBe(false)
  })

  it.each([[['aauth:a@agent.example']], [{}], [null], [7]])('is not %j [AGENT-1, R11-004]', (value) => {
    expect(isAgentId(value)).toBe(false)
  })

  it('belongs to the provider at its host, whatever its local part is [AGENT-3, R11-006]', () => {
    expect(providerOf('aauth:x+https.evil.example@agent.example')).toBe('https://agent.example')
  })
})

describe('a mission digest', () => {
  const digest = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  it('is 43 characters of canonical base64url [R11-012]', () => {
    expect(isS256(digest)).toBe(true)
  })

  const invalid = [
    digest.slice(1),
    `${digest}A`,
    `${digest}=`,
    digest.replace('-', '+').replace('_', '/'),
    `${digest.slice(0, -1)}l`,
    `${digest}\n`,
    '',
  ]
  it.each(invalid)('is not %j [PERS-11, R11-012]', (text) => {
    expect(isS256(text)).toBe(false)
  })

  it.each([[[digest]], [{}], [null], [43]])('is not %j [PERS-11, R11-012]', (value) => {
    expect(isS256(value)).toBe(false)
  })
})
