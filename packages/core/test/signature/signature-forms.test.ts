import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { stateOf } from '../../src/resource/state-of.ts'
import { selectSignature, signatureBytes } from '../../src/signature/select-signature.ts'
import { type FormedSignature, SignatureForms } from '../../src/signature/signature-forms.ts'
import type { SignedRequest } from '../../src/wire/signed-request.ts'
import { bareRequest } from './bare-request.ts'

const list = '("@method" "@authority" "@path" "signature-key")'
const base64 = Buffer.alloc(64, 0xa5).toString('base64')
const created = 1_790_000_000

interface Fields {
  readonly input?: string | readonly string[]
  readonly signature?: string | readonly string[]
  readonly key?: string | readonly string[]
}

function requestWith({ input, signature, key }: Fields = {}): SignedRequest {
  return bareRequest({
    lines: {
      'signature-input': input ?? `sig=${list};created=${created}`,
      signature: signature ?? `sig=:${base64}:`,
      'signature-key': key ?? 'sig=jwt;jwt="a.b.c"',
    },
  })
}

/** Forms that have learned from these requests, in this order. */
function formsOf(...requests: readonly SignedRequest[]): SignatureForms {
  const forms = new SignatureForms()
  for (const request of requests) forms.learn(request, selectSignature(request))
  return forms
}

const read = (fields: Fields): FormedSignature | undefined => formsOf(requestWith()).read(requestWith(fields))
const labelledAs = (label: string): Fields => ({
  input: `${label}=${list};created=${created}`,
  signature: `${label}=:${base64}:`,
  key: `${label}=jwt;jwt="a.b.c"`,
})
const labelled = (label: string): SignedRequest => requestWith(labelledAs(label))

/** What both ways of reading must agree about. */
function statement(request: SignedRequest): unknown {
  const { components, unsupported, created, expires, hasNonce, params, key, signature } =
    selectSignature(request)
  const jwt = key.params.get('jwt')
  const tokenText = jwt?.type === 'string' ? jwt.value : undefined
  // Both are 64 octets.
  signatureBytes({ signature })
  return { components, unsupported, created, expires, hasNonce, params, signature, tokenText }
}

describe('a signature in a known form', () => {
  it('is read as if it were parsed, with another time, other octets and another token', () => {
    const request = requestWith({
      input: `sig=${list};created=17`,
      signature: `sig=:${Buffer.alloc(64, 0x5a).toString('base64')}:`,
      key: 'sig=jwt;jwt="d.e.f"',
    })
    const formed = formsOf(requestWith()).read(request)
    expect(formed).toEqual(statement(request))
    expect(formed?.tokenText).toBe('d.e.f')
    expect(Object.isFrozen(formed?.components)).toBe(true)
  })

  it.each<[string, Fields]>([
    ['another label in Signature-Input', { input: `tag=${list};created=${created}` }],
    ['another label in Signature', { signature: `tag=:${base64}:` }],
    ['another label in Signature-Key', { key: 'tag=jwt;jwt="a.b.c"' }],
    ['other components', { input: `sig=("@method" "signature-key");created=${created}` }],
    ['no time', { input: `sig=${list};created=` }],
    ['the time 0', { input: `sig=${list};created=0` }],
    ['a time that begins with 0', { input: `sig=${list};created=01790000000` }],
    ['a time of 16 digits', { input: `sig=${list};created=1000000000000000` }],
    ['a negative time', { input: `sig=${list};created=-1` }],
    ['a decimal time', { input: `sig=${list};created=1.0` }],
    ['a time with a slash', { input: `sig=${list};created=1/` }],
    ['a time with a colon', { input: `sig=${list};created=1:` }],
    ['a further parameter', { input: `sig=${list};created=1;nonce="n"` }],
    ['a parameter before the time', { input: `sig=${list};nonce="n";created=1` }],
    ['a space behind the time', { input: `sig=${list};created=1 ` }],
    ['a space before Signature-Input', { input: ` sig=${list};created=1` }],
    ['a member behind Signature-Input', { input: `sig=${list};created=1, a=1` }],
    ['two lines of Signature-Input', { input: [`sig=${list};created=1`, 'a=1'] }],
    ['two lines of Signature', { signature: [`sig=:${base64}:`, 'a=1'] }],
    ['two lines of Signature-Key', { key: ['sig=jwt;jwt="a.b.c"', 'a=1'] }],
    ['no Signature-Input', { input: [] }],
    ['no Signature', { signature: [] }],
    ['no Signature-Key', { key: [] }],
    ['no colon at the end of the signature', { signature: `sig=:${base64}` }],
    ['another character at the end of the signature', { signature: `sig=:${base64};` }],
    ['a parameter of the signature', { signature: `sig=:${base64}:;a` }],
    ['a signature without padding', { signature: `sig=:${base64.slice(0, 86)}:` }],
    ['a signature with one character less', { signature: `sig=:${base64.slice(1)}:` }],
    ['a signature with three characters of padding', { signature: `sig=:${base64.slice(0, 85)}===:` }],
    ['a signature of 65 octets', { signature: `sig=:${base64.slice(0, 86)}A=:` }],
    ['a signature of 66 octets', { signature: `sig=:${base64.slice(0, 86)}AA:` }],
    ['a signature in base64url', { signature: `sig=:-${base64.slice(1)}:` }],
    ['a signature with a character above U+00FF', { signature: `sig=:\u0141${base64.slice(1)}:` }],
    ['an empty signature', { signature: 'sig=:' }],
    ['another scheme', { key: 'sig=hwk;jwt="a.b.c"' }],
    ['no quotation mark behind the token', { key: 'sig=jwt;jwt="a.b.c' }],
    ['a parameter behind the token', { key: 'sig=jwt;jwt="a.b.c";x' }],
    ['a space behind the token', { key: 'sig=jwt;jwt="a.b.c" ' }],
    ['nothing but the opening of a token', { key: 'sig=jwt;jwt="' }],
  ])('is not one with %s', (_, fields) => {
    expect(read(fields)).toBeUndefined()
  })

  it('is unknown until one was learned', () => {
    expect(new SignatureForms().read(requestWith())).toBeUndefined()
  })

  it('says the same as parsing whenever it is read, and only if parsing accepts it', () => {
    const labels = fc.constantFrom('sig', 'si', 'sig1', '*')
    const names = fc.subarray(['@method', '@authority', '@path', 'signature-key', '@query', 'x-a'], {
      minLength: 1,
    })
    const marks = fc.constantFrom('', '', '', '', ' ', '\t', ';a', ', a=1', '"', ':', '=', '\\', ';created=2')
    const hostileTimes = fc.constantFrom('', '0', '-1', '01', '1.5', '9'.repeat(15), '9'.repeat(16))
    const times = fc.oneof(
      { weight: 4, arbitrary: fc.nat().map(String) },
      { weight: 1, arbitrary: hostileTimes },
    )
    const bytes = (min: number, max: number): fc.Arbitrary<string> =>
      fc
        .uint8Array({ minLength: min, maxLength: max })
        .map((octets) => Buffer.from(octets).toString('base64'))
    const characters = fc.constantFrom('A', '/', '=', '-', '\u0141')
    const octets = fc.oneof(
      { weight: 4, arbitrary: bytes(64, 64) },
      { weight: 1, arbitrary: bytes(62, 66) },
      { weight: 1, arbitrary: fc.string({ unit: characters, minLength: 88, maxLength: 88 }) },
    )
    const token = fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/)
    const inputOf = (label: string, covered: readonly string[], time: string): string =>
      `${label}=(${covered.map((name) => `"${name}"`).join(' ')});created=${time}`
    const request = fc
      .record({ label: labels, other: labels, names, times, octets, token, mark: marks, place: fc.nat(5) })
      .map(({ label, other, names, times, octets, token, mark, place }) => {
        const at = (here: number): string => (place === here ? mark : '')
        return requestWith({
          input: inputOf(label, names, times) + at(0),
          signature: `${place === 1 ? other : label}=:${octets}:${at(2)}`,
          key: `${place === 3 ? other : label}=jwt;jwt="${token}${at(4)}"${at(5)}`,
        })
      })
    const learnable = fc.tuple(labels, names).map(([label, covered]) => {
      return requestWith({ ...labelledAs(label), input: inputOf(label, covered, '1') })
    })
    let found = 0
    fc.assert(
      fc.property(fc.array(learnable, { maxLength: 8 }), request, fc.boolean(), (learned, asked, knows) => {
        const input = asked.header('signature-input')[0]?.replace(/created=.*/s, 'created=1') ?? ''
        const own = [requestWith({ ...labelledAs(input.slice(0, input.indexOf('='))), input })]
        const formed = formsOf(...learned, ...(knows ? own : [])).read(asked)
        // No other text is ever a token.
        if (formed === undefined || !/^[\w.-]+$/.test(formed.tokenText)) return
        found += 1
        expect(formed).toEqual(statement(asked))
      }),
      runs(2000),
    )
    expect(found).toBeGreaterThan(100)
  })
})

describe('the length of Signature-Input', () => {
  it('stays limited where the time has more digits than the one that was learned [SIG-26]', () => {
    const name = 'x'.repeat(4096 - 'sig=("");created=1'.length)
    const at = (time: string): SignedRequest => requestWith({ input: `sig=("${name}");created=${time}` })
    const forms = formsOf(at('1'))
    expect([forms.read(at('2')) === undefined, forms.read(at('10')) === undefined]).toEqual([false, true])
    expect(() => selectSignature(at('10'))).toThrow()
  })
})

describe('a form is learned', () => {
  it.each([
    ['a parameter behind the time', `sig=${list};created=1;nonce="n"`],
    ['a parameter before the time', `sig=${list};tag="t";created=1`],
    ['a time that begins with 0', `sig=${list};created=01`],
    ['a further space', `sig=(  "@method");created=1`],
    ['a member behind it', `sig=${list};created=1, a=1`],
    ['a member before it', `a=1, sig=${list};created=1`],
  ])('not from an input with %s', (_, input) => {
    const request = requestWith({ input })
    expect(formsOf(request).read(request)).toBeUndefined()
    expect(formsOf(request).read(requestWith())).toBeUndefined()
  })

  it('not from an input of two lines', () => {
    const request = requestWith({ input: [`sig=${list};created=1`, 'a=1'] })
    expect(formsOf(request).read(requestWith())).toBeUndefined()
  })

  it('for each label and list of components', () => {
    const other = requestWith({ input: `sig=("@method" "signature-key");created=${created}` })
    const forms = formsOf(requestWith(), labelled('tag'), other)
    for (const request of [requestWith(), labelled('tag'), other])
      expect(forms.read(request)).toEqual(statement(request))
  })

  it('eight times at most, of which the last ones count', () => {
    const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    const forms = formsOf(...labels.map(labelled))
    const known = labels.filter((label) => forms.read(labelled(label)) !== undefined)
    expect(known).toEqual(labels.slice(1))
  })

  it('once, however often it was seen', () => {
    const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const forms = formsOf(...labels.map(labelled), ...Array.from({ length: 20 }, () => labelled('a')))
    expect(labels.filter((label) => forms.read(labelled(label)) !== undefined)).toEqual(labels)
  })
})

describe('a resource learns a form', () => {
  async function makeScene() {
    const world = await makeWorld({ trust: { personServers: ['https://ps.example'] } })
    const token = await world.agent.authToken({ scope: 'access' })
    const learns = async (how: Parameters<typeof world.call>[1], shown = token): Promise<boolean> => {
      await world.call(shown, how).catch(() => undefined)
      const message = await world.agent.sign('https://notes.example/notes', {}, {
        token,
        ...how,
        mistake: undefined,
      } as never)
      return stateOf(world.resource).forms.read(toSignedRequest(message)) !== undefined
    }
    return { ...world, token, learns }
  }

  it('from a request that it has verified, with a new token or a known one', async () => {
    const { learns } = await makeScene()
    expect([await learns({ label: 'a' }), await learns({ label: 'b' })]).toEqual([true, true])
  })

  it('not from one whose signature is wrong, with a new token or a known one', async () => {
    const { learns, agent } = await makeScene()
    expect(await learns({ label: 'a', mistake: 'flip-signature' })).toBe(false)
    expect(await learns({ label: 'b' })).toBe(true)
    expect(await learns({ label: 'c', mistake: 'flip-signature' })).toBe(false)
    expect(await learns({ label: 'd', mistake: 'flip-signature' }, await agent.personToken())).toBe(false)
  })

  it('not from one with an issuer that is not trusted, a stale one, or one that does not cover enough', async () => {
    const { learns, agent } = await makeScene()
    expect(await learns({ label: 'a' }, await agent.agentToken())).toBe(false)
    expect(await learns({ label: 'b', mistake: 'stale' })).toBe(false)
    expect(await learns({ label: 'c', mistake: 'omit-path' })).toBe(false)
  })
})
