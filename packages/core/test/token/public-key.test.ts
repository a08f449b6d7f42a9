import { isAAuthError } from '@aauth-guard/core'
import { makeKey } from '@aauth-guard/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { type CheckedKey, checkPublicKey } from '../../src/token/public-key.ts'

type Jwk = Readonly<Record<string, unknown>>
type Fault = readonly [fault: string, ids: string, jwk: Jwk]

const okp: Jwk = (await makeKey('public key', 'k', 'Ed25519')).jwk
const ec: Jwk = (await makeKey('public key', 'k', 'ES256')).jwk
const outcome = (jwk: Jwk, legacy = false): string | CheckedKey => {
  try {
    return checkPublicKey(jwk, legacy)
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}
const without = (jwk: Jwk, ...names: string[]): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)))
const octets = (length: number): string => Buffer.alloc(length, 9).toString('base64url')

const unsupported: readonly Fault[] = [
  ['no alg on an OKP key', '[KEY-8, R11-039, R11-120, F06]', without(okp, 'alg')],
  ['no alg on an EC key', '[KEY-8, R11-039, R11-120, F06]', without(ec, 'alg')],
  ['alg EdDSA', '[KEY-8, R11-039]', { ...okp, alg: 'EdDSA' }],
  ['alg in lower case', '[KEY-8, R11-039]', { ...okp, alg: 'ed25519' }],
  ['alg in an array', '[KEY-8, R11-039]', { ...okp, alg: ['Ed25519'] }],
  ['an RSA key', '[KEY-11, R11-041, F04, H13]', { kty: 'RSA', alg: 'RS256', n: octets(2048), e: 'AQ' }],
  ['an RSA key for PS256', '[KEY-11, R11-041, F04]', { kty: 'RSA', alg: 'PS256', n: octets(256), e: 'AQAB' }],
  ['an AKP key', '[KEY-11, R11-041, F04, H14]', { kty: 'AKP', alg: 'ML-DSA-44', pub: octets(1312) }],
  ['an unknown kty without alg', '[KEY-11, R11-041, H14]', { kty: 'constructor' }],
  ['ES384', '[KEY-11, R11-041, F04]', { ...ec, alg: 'ES384', crv: 'P-384', x: octets(48), y: octets(48) }],
  ['ES256K', '[KEY-11, R11-041, F04]', { ...ec, alg: 'ES256K', crv: 'secp256k1' }],
  ['Ed448', '[KEY-11, R11-041, F04]', { ...okp, alg: 'Ed448', crv: 'Ed448', x: octets(57) }],
  ['a symmetric key', '[KEY-12, R11-042]', { kty: 'oct', alg: 'HS256', k: octets(32) }],
  ['alg none', '[KEY-12, R11-042]', { ...okp, alg: 'none' }],
]
const unusable: readonly Fault[] = [
  ['alg ES256 on an OKP key', '[KEY-10, R11-040]', { ...okp, alg: 'ES256' }],
  ['alg Ed25519 on an EC key', '[KEY-10, R11-040]', { ...ec, alg: 'Ed25519' }],
  ['alg ES256 on P-384', '[KEY-10, R11-040, H08]', { ...ec, crv: 'P-384' }],
  ['alg ES256 on kty OKP with crv P-256', '[KEY-10, R11-040]', { ...ec, kty: 'OKP' }],
  ['alg Ed25519 on X25519', '[KEY-10, R11-040, H08]', { ...okp, crv: 'X25519' }],
  ['alg Ed25519 on Ed448', '[KEY-10, R11-040, H08]', { ...okp, crv: 'Ed448' }],
  ['alg Ed25519 on kty EC with crv Ed25519', '[KEY-10, R11-040]', { ...okp, kty: 'EC' }],
  ['use enc', '[F06]', { ...okp, use: 'enc' }],
  ['use null', '[F06]', { ...okp, use: null }],
  ['key_ops without verify', '[F06]', { ...okp, key_ops: ['sign'] }],
  ['key_ops that is a string', '[F06]', { ...okp, key_ops: 'verify' }],
  ['key_ops null', '[F06]', { ...okp, key_ops: null }],
  ['x of 31 octets', '[KEY-7, R11-038]', { ...okp, x: octets(31) }],
  ['x of 33 octets', '[KEY-7, R11-038]', { ...okp, x: octets(33) }],
  ['an empty x', '[KEY-7, R11-038]', { ...okp, x: '' }],
  ['x that is a number', '[KEY-7, R11-038]', { ...okp, x: 1 }],
  [
    'x of P-256 with a leading zero',
    '[KEY-7, R11-038, H07]',
    {
      ...ec,
      x: Buffer.concat([Buffer.alloc(1), Buffer.from(String(ec.x), 'base64url')]).toString('base64url'),
    },
  ],
  ['y of 31 octets', '[KEY-7, R11-038, H07]', { ...ec, y: octets(31) }],
  ['y of 33 octets', '[KEY-7, R11-038, H07]', { ...ec, y: octets(33) }],
  ['y with padding', '[KEY-7, R11-038, H09]', { ...ec, y: `${ec.y}=` }],
  ['no y', '[KEY-7]', without(ec, 'y')],
]

describe('a public key', () => {
  it.each(unsupported)('has an unsupported algorithm with %s %s', (_fault, _ids, jwk) => {
    expect(outcome(jwk)).toBe('unsupported_algorithm')
  })

  it.each(unusable)('is unusable with %s %s', (_fault, _ids, jwk) => {
    expect(outcome(jwk)).toBe('invalid_key')
  })

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    'is unusable with the private member %s [KEY-13, R11-046, H10]',
    (name) => {
      expect(outcome({ ...okp, [name]: octets(32) })).toBe('invalid_key')
      expect(outcome({ ...ec, [name]: octets(32) })).toBe('invalid_key')
    },
  )

  it('is reduced to the members that define it [R11-044, R11-120]', () => {
    const noise = { kid: 'k', use: 'sig', key_ops: ['sign', 'verify'], ext: true, x5c: [], other: 1 }
    expect(outcome({ ...okp, ...noise })).toEqual({
      alg: 'Ed25519',
      legacy: false,
      jwk: { kty: 'OKP', crv: 'Ed25519', x: okp.x },
    })
    expect(outcome({ ...ec, ...noise })).toEqual({
      alg: 'ES256',
      legacy: false,
      jwk: { kty: 'EC', crv: 'P-256', x: ec.x, y: ec.y },
    })
  })

  it('has one encoding: any other that decodes to the same point is refused [KEY-7, R11-038, H09]', () => {
    const text = String(okp.x)
    const position = fc.integer({ min: 0, max: text.length })
    const junk = fc.constantFrom('=', '==', ' ', '\n', '\t', '\0', '*', ',', '.')
    const inserted = fc.tuple(position, junk).map(([at, extra]) => text.slice(0, at) + extra + text.slice(at))
    const last = fc
      .constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
      .map((character) => text.slice(0, -1) + character)
    const standard = fc.constant(text.replaceAll('-', '+').replaceAll('_', '/'))
    fc.assert(
      fc.property(fc.oneof(inserted, last, standard), (x) => {
        fc.pre(x !== text && Buffer.from(x, 'base64').equals(Buffer.from(text, 'base64')))
        expect(outcome({ ...okp, x })).toBe('invalid_key')
      }),
      { ...runs(300), maxSkipsPerRun: 100 },
    )
  })
})

describe('a public key of drafts 01 to 09', () => {
  const inferred: readonly (readonly [shape: string, jwk: Jwk, alg: string])[] = [
    ['EdDSA on an OKP key', { ...okp, alg: 'EdDSA' }, 'Ed25519'],
    ['no alg on an OKP key', without(okp, 'alg'), 'Ed25519'],
    ['no alg on an EC key', without(ec, 'alg'), 'ES256'],
  ]
  it.each(inferred)('may have %s, which implies one algorithm [KEY-9]', (_shape, jwk, alg) => {
    expect(outcome(jwk, true)).toMatchObject({ alg, legacy: true })
  })

  const notInferred: readonly (readonly [shape: string, jwk: Jwk])[] = [
    ['no alg on P-384', { ...without(ec, 'alg'), crv: 'P-384' }],
    ['no alg on X25519', { ...without(okp, 'alg'), crv: 'X25519' }],
    ['no alg on Ed448', { ...without(okp, 'alg'), crv: 'Ed448' }],
    ['EdDSA on an EC key', { ...ec, alg: 'EdDSA' }],
    ['EdDSA on Ed448', { ...okp, alg: 'EdDSA', crv: 'Ed448' }],
    ['no alg on an RSA key', { kty: 'RSA', n: octets(256), e: 'AQAB' }],
    ['no alg on a symmetric key', { kty: 'oct', k: octets(32) }],
    ['alg null', { ...okp, alg: null }],
  ]
  it.each(notInferred)('must not have %s [KEY-9]', (_shape, jwk) => {
    expect(outcome(jwk, true)).toBe('unsupported_algorithm')
  })

  it('is not a legacy key when its algorithm is fully specified', () => {
    expect(outcome(okp, true)).toMatchObject({ alg: 'Ed25519', legacy: false })
  })
})
