import { isAAuthError } from '@aauth-guard/core'
import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type Corruption, corruptions, corruptToken } from '@aauth-guard/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { decodeToken } from '../../src/token/untrusted-token.ts'

const world = await makeWorld()
const valid = await world.agent.authToken()
const [header, payload, signature] = valid.split('.') as [string, string, string]

const codeOf = (text: string): string | undefined => {
  try {
    decodeToken(text)
    return undefined
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}
/** The octets of every segment, as lenient parsers decode them. */
const lenient = (text: string): string[] =>
  text.split('.').map((part) => Buffer.from(part, 'base64').toString('hex'))

describe('the text of a token', () => {
  it('is accepted as it was signed [JWT-1, R11-022]', () => {
    const { signingInput, signature } = decodeToken(valid)
    expect(`${signingInput}.${Buffer.from(signature).toString('base64url')}`).toBe(valid)
  })

  const shapes = (Object.keys(corruptions) as Corruption[]).filter((name) => name !== 'changed-claim')
  it.each(shapes)('is refused when corrupted: %s [JWT-1, R11-022]', (name) => {
    expect(codeOf(corruptToken(valid, name))).toBe('invalid_jwt')
  })

  const aliases: Corruption[] = ['padded-signature', 'padded-payload', 'trailing-bits', 'inner-space']
  it.each(aliases)('is refused as another spelling of an accepted token: %s [F15]', async (name) => {
    await world.call(valid)
    expect(await world.refusal(corruptToken(valid, name))).toMatchObject({
      code: 'invalid_jwt',
      status: 401,
    })
  })

  it('has one spelling: any other that decodes to the same octets is refused [JWT-1, R11-022, F15]', () => {
    const junk = fc.constantFrom(
      '=',
      '==',
      ' ',
      '\n',
      '\r\n',
      '\t',
      '\0',
      '*',
      '%',
      ',',
      '\u00a0',
      '\u2028',
      '😀',
    )
    const position = fc.integer({ min: 0, max: valid.length })
    const inserted = fc.tuple(position, junk).map(([at, text]) => valid.slice(0, at) + text + valid.slice(at))
    const swapped = fc.tuple(position, fc.boolean()).map(([from, all]) => {
      const standard = (text: string): string =>
        all ? text.replaceAll('-', '+').replaceAll('_', '/') : text.replace('-', '+').replace('_', '/')
      return valid.slice(0, from) + standard(valid.slice(from))
    })
    const lastCharacter = fc
      .tuple(
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
      )
      .map(([index, last]) =>
        valid
          .split('.')
          .map((part, at) => (at === index ? part.slice(0, -1) + last : part))
          .join('.'),
      )
    const octets = lenient(valid).join()
    let tried = 0
    fc.assert(
      fc.property(fc.oneof(inserted, swapped, lastCharacter), (alias) => {
        fc.pre(alias !== valid && lenient(alias).join() === octets)
        tried += 1
        expect(codeOf(alias)).toBe('invalid_jwt')
      }),
      { ...runs(1000), maxSkipsPerRun: 100 },
    )
    expect(tried).toBe(1000)
  })
})

describe('the segments of a token', () => {
  const shapes: Readonly<Record<string, string>> = {
    'signature padded': `${valid}==`,
    'signature trailing bits changed': corruptToken(valid, 'trailing-bits'),
    'trailing LF': `${valid}\n`,
    'space inside': `${header}.${payload.slice(0, 4)} ${payload.slice(4)}.${signature}`,
    '4 segments': `${valid}.${signature}`,
    '5 segments (JWE)': `${header}.${payload}.${payload}.${payload}.${signature}`,
    '2 segments': `${header}.${payload}`,
    'empty payload': `${header}..${signature}`,
    'leading dot': `.${valid}`,
    'std alphabet': `${header}.${payload}.${'-_'.repeat(43).replaceAll('-', '+').replaceAll('_', '/')}`,
    'payload padded': `${header}.${payload}=.${signature}`,
    'header padded': `${header}=.${payload}.${signature}`,
    'JSON serialization': JSON.stringify({ protected: header, payload, signature }),
    'empty string': '',
  }

  it.each(Object.entries(shapes))('are refused: %s [JWT-1, R11-022, F15, F16]', (_, text) => {
    expect(codeOf(text)).toBe('invalid_jwt')
  })

  const absent = missing('misc')
  it.skipIf(absent !== undefined)(`cover every alias of the corpus ${absent ?? ''}`, () => {
    const { cases } = readCorpus<{ cases: { name: string }[] }>('misc', 'jwt-serialization.json')
    expect(cases.map(({ name }) => name).sort()).toEqual(Object.keys(shapes).sort())
  })

  it.each([63, 65, 70])('must contain a signature of 64 octets, not of %i [JWT-1, H05]', (length) => {
    const other = Buffer.alloc(length, 1).toString('base64url')
    expect(codeOf(`${header}.${payload}.${other}`)).toBe('invalid_jwt')
  })

  it.each(['[]', '[{"iss":"https://ps.example"}]', 'null', '"text"', '1', 'true', ''])(
    'must contain objects, not %j [JWT-1, R11-022, F12]',
    (json) => {
      const segment = Buffer.from(json).toString('base64url')
      expect(codeOf(`${segment}.${payload}.${signature}`)).toBe('invalid_jwt')
      expect(codeOf(`${header}.${segment}.${signature}`)).toBe('invalid_jwt')
    },
  )
})
