import { makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { type AnsweredWorld, answerWith, makeAnsweredWorld, personKeys } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

/** The outcome for a token whose issuer publishes these keys; `right` is the one that signed it. */
async function outcomeWith(
  keysOf: (right: Record<string, unknown>) => readonly unknown[],
  tokenOf: (world: AnsweredWorld) => Promise<string> = ({ agent }) => agent.personToken(),
): Promise<string> {
  const world = await makeAnsweredWorld()
  const { jwk, kid } = world.net.personServer.key
  world.answer(personKeys, answerWith(JSON.stringify({ keys: keysOf({ ...jwk, kid, use: 'sig' }) })))
  return outcomeOf(world, tokenOf(world))
}

/** The key with so many characters of JSON. */
function sized(key: Record<string, unknown>, length: number): Record<string, unknown> {
  const text = JSON.stringify({ ...key, more: '' })
  return { ...key, more: 'm'.repeat(length - text.length) }
}

const other = { ...(await makeKey('another', 'key-1', 'Ed25519')).jwk, kid: 'key-1' }
const es256 = await makeKey('es256', 'key-1', 'ES256')

describe('a key is found', () => {
  it.each<[string, (right: Record<string, unknown>) => readonly unknown[]]>([
    [
      'beside members that are not keys [R11-121, I14]',
      (right) => [null, 7, 'key', [], [right], {}, { kid: 1 }, right],
    ],
    ['beside unknown key types [R11-121, I16]', (right) => [{ kty: 'AKP', kid: 'pq' }, right]],
    [
      'beside keys that may not be used [R11-121]',
      (right) => [{ ...right, kid: 'a', alg: 'none' }, { ...right, kid: 'b', use: 'enc' }, right],
    ],
    ['as the 64th of the set [I14]', (right) => [...Array<unknown>(63).fill(null), right]],
    [
      'among 64 keys',
      (right) => [...Array.from({ length: 63 }, (_, n) => ({ ...right, kid: `other-${n}` })), right],
    ],
    ['as the first of 2000 [I14]', (right) => [right, ...Array<unknown>(1999).fill({})]],
    [
      'by kid and not by position',
      (right) => [{ ...other, kid: 'key-0' }, right, { ...other, kid: 'key-2' }],
    ],
    ['with any additional members', (right) => [{ ...right, x5c: ['MII'], key_ops: ['verify'], ext: true }]],
    ['with 2 KiB of JSON', (right) => [sized(right, 2048)]],
    [
      'beside one that is larger and has its kid',
      (right) => [sized({ ...other, kid: 'key-1' }, 2049), right],
    ],
    ['with a kid of 256 characters beside it', (right) => [{ ...other, kid: 'k'.repeat(256) }, right]],
  ])('%s', async (_, keysOf) => {
    expect(await outcomeWith(keysOf)).toBe('accepted')
  })
})

describe('a key is not found (unknown_key)', () => {
  it.each<[string, (right: Record<string, unknown>) => readonly unknown[]]>([
    ['after 64 others [I14]', (right) => [...Array<unknown>(64).fill(null), right]],
    ['where another has its kid, after it [I15]', (right) => [right, other]],
    ['where another has its kid, before it [I15]', (right) => [other, right]],
    ['where two others have its kid [I15]', (right) => [other, right, other]],
    [
      'under a kid that only looks like it',
      (right) => [
        { ...right, kid: 'KEY-1' },
        { ...right, kid: 'key-1 ' },
      ],
    ],
    ['where it has more than 2 KiB of JSON', (right) => [sized(right, 2049)]],
    ['where it has no kid [R11-025]', ({ kid: _, ...right }) => [right]],
    ['where its kid is not a string', (right) => [{ ...right, kid: ['key-1'] }]],
  ])('%s [JWT-10]', async (_, keysOf) => {
    expect(await outcomeWith(keysOf)).toBe('unknown_key')
  })

  it.each(['__proto__', 'constructor', 'toString', '../../etc/passwd', "x' OR 1=1"])(
    'under the kid %s [F10, R11-025]',
    async (kid) => {
      expect(
        await outcomeWith(
          (right) => [right],
          ({ agent }) => agent.personToken({ header: { kid } }),
        ),
      ).toBe('unknown_key')
    },
  )
})

describe('a faulty key of the issuer makes the token invalid_jwt, not invalid_key', () => {
  it.each<[string, Record<string, unknown>]>([
    ['no alg [JWT-12, R11-120, F06]', { alg: undefined }],
    ['alg of another key type [F05]', { alg: 'ES256' }],
    ['alg EdDSA [JWT-12]', { alg: 'EdDSA' }],
    ['alg RS256', { alg: 'RS256' }],
    ['use enc [F06]', { use: 'enc' }],
    ['key_ops without verify [F06]', { key_ops: ['sign'] }],
    ['key_ops that is not a list [F06]', { key_ops: 'verify' }],
    ['an alg that is not a string', { alg: ['Ed25519'] }],
    ['an endless alg', { alg: `Ed25519${' '.repeat(60)}` }],
    ['a use that is not a string [F06]', { use: null }],
    ['a private member that is null [F06]', { d: null }],
    ['an endless x', { x: 'A'.repeat(65) }],
    ['a private member [F06]', { d: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['another curve', { crv: 'X25519' }],
    ['no kty', { kty: undefined }],
    ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
    ['an x of 31 octets', { x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['a point of small order [H01]', { x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['another key under its kid [JWT-11, R11-029]', { x: other.x }],
  ])('%s', async (_, change) => {
    expect(await outcomeWith((right) => [{ ...right, ...change }])).toBe('invalid_jwt')
  })

  it('a point that is not on the curve', async () => {
    const { x } = es256.jwk
    expect(
      await outcomeWith(
        () => [{ ...es256.jwk, kid: 'key-1', y: x }],
        ({ agent }) => agent.personToken({ key: es256 }),
      ),
    ).toBe('invalid_jwt')
  })
})

describe('the alg of the token must match that of the key', () => {
  it('as for ES256', async () => {
    expect(
      await outcomeWith(
        () => [{ ...es256.jwk, kid: 'key-1' }],
        ({ agent }) => agent.personToken({ key: es256 }),
      ),
    ).toBe('accepted')
  })

  it.each([
    ['Ed25519 over an ES256 key', [{ ...es256.jwk, kid: 'key-1' }], {}],
    ['ES256 over an Ed25519 key', undefined, { header: { alg: 'ES256' } }],
  ] as const)('or the token is refused: %s [JWT-3, R11-023, F05]', async (_, keys, changes) => {
    expect(
      await outcomeWith(
        (right) => keys ?? [right],
        ({ agent }) => agent.personToken(changes),
      ),
    ).toBe('invalid_jwt')
  })
})
