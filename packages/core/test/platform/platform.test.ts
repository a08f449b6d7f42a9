import { makeKey } from '@aauth-guard/testing'
import { p256 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import type { Platform, PublicJwk } from '../../src/platform/platform.ts'
import { selfTest } from '../../src/platform/self-test.ts'
import { backends, fallback, fromHex, verifies } from './backends.ts'

const coordinate = (value: bigint): string =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toString('base64url')
const ec = (x: bigint, y: bigint): PublicJwk => ({
  kty: 'EC',
  crv: 'P-256',
  x: coordinate(x),
  y: coordinate(y),
})
const { p } = p256.Point.CURVE()
const n = p256.Point.CURVE().n

/** The point of smallest x, whose coordinate plus p still fits into 32 octets. */
function lowPoint(): { x: bigint; y: bigint } {
  for (let x = 0n; ; x++) {
    try {
      return p256.Point.fromBytes(fromHex(`02${x.toString(16).padStart(64, '0')}`)).toAffine()
    } catch {}
  }
}
const low = lowPoint()

describe.each(backends)('the platform $name', ({ platform }) => {
  it('passes its own test [H18]', async () => {
    await expect(selfTest(platform)).resolves.toBeUndefined()
  })

  it.each(['Ed25519', 'ES256'] as const)(
    'verifies signatures of other implementations with %s',
    async (alg) => {
      const key = await makeKey('platform', 'k', alg)
      await fc.assert(
        fc.asyncProperty(fc.string(), async (message) => {
          const text = JSON.stringify(message).replace(/[^\x20-\x7e]/g, '.')
          const signature = await key.sign(new TextEncoder().encode(text))
          expect(await verifies(platform, key.jwk as PublicJwk, signature, text)).toBe(true)
          expect(await verifies(platform, key.jwk as PublicJwk, signature, `${text} `)).toBe(false)
        }),
        runs(20),
      )
    },
  )

  it.each(['Ed25519', 'ES256'] as const)(
    'refuses any signature with %s that has one bit flipped [H17]',
    async (alg) => {
      const key = await makeKey('platform', 'k', alg)
      const signature = await key.sign(new TextEncoder().encode('text'))
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 511 }), async (bit) => {
          const flipped = new Uint8Array(signature)
          flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
          expect(await verifies(platform, key.jwk as PublicJwk, flipped, 'text')).toBe(false)
        }),
        runs(60),
      )
    },
  )

  it.each(['Ed25519', 'ES256'] as const)(
    'refuses octets that are not a signature with %s [H17]',
    async (alg) => {
      const { jwk } = await makeKey('platform', 'k', alg)
      for (const fill of [0, 1, 0xff]) {
        expect(await verifies(platform, jwk as PublicJwk, new Uint8Array(64).fill(fill), 'text')).toBe(false)
      }
    },
  )

  it('accepts both ECDSA signatures of one message, so a signature must not serve as its identifier [H04]', async () => {
    const key = await makeKey('platform', 'k', 'ES256')
    const signature = await key.sign(new TextEncoder().encode('text'))
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
    const twin = new Uint8Array(signature)
    twin.set(Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex'), 32)
    expect(await verifies(platform, key.jwk as PublicJwk, signature, 'text')).toBe(true)
    expect(await verifies(platform, key.jwk as PublicJwk, twin, 'text')).toBe(true)
  })

  it('imports a point of P-256', async () => {
    expect(await platform.importKey(ec(low.x, low.y))).toMatchObject({ alg: 'ES256' })
  })

  const noPoints: readonly (readonly [fault: string, jwk: PublicJwk])[] = [
    ['is off the curve', ec(low.x, low.y + 1n)],
    ['is infinity', ec(0n, 0n)],
    ['has an x that is not reduced', ec(low.x + p, low.y)],
    ['has a y of p', ec(low.x, p)],
  ]
  it.each(noPoints)('does not import a P-256 key that %s [KEY-7, R11-038, H07]', async (_fault, jwk) => {
    await expect((async () => platform.importKey(jwk))()).rejects.toBeInstanceOf(Error)
  })

  it('hashes as specified in FIPS 180', async () => {
    const abc = new TextEncoder().encode('abc')
    const hex = async (algorithm: 'sha-256' | 'sha-512') =>
      Buffer.from(await platform.digest(algorithm, abc)).toString('hex')
    expect(await hex('sha-256')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(await hex('sha-512')).toBe(
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    )
    expect(await platform.sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  })
})

describe('a runtime without Ed25519', () => {
  it('verifies Ed25519 without WebCrypto, and P-256 with it [H18]', async () => {
    const ed25519 = await makeKey('platform', 'k', 'Ed25519')
    expect((await fallback.importKey(ed25519.jwk as PublicJwk)).handle).toBeInstanceOf(Uint8Array)
    expect((await fallback.importKey(ec(low.x, low.y))).handle).not.toBeInstanceOf(Uint8Array)
  })
})

describe('the self-test of a platform', () => {
  const sound = fallback
  const broken: readonly (readonly [fault: string, platform: Platform])[] = [
    ['accepts everything', { ...sound, verify: () => true }],
    ['refuses everything', { ...sound, verify: () => false }],
    ['accepts everything, later', { ...sound, verify: async () => true }],
    ['cannot verify', { ...sound, verify: () => Promise.reject(new Error('unavailable')) }],
    [
      'cannot import',
      {
        ...sound,
        importKey: () => {
          throw new Error('unavailable')
        },
      },
    ],
  ]
  it.each(broken)('fails for one that %s [H18]', async (_fault, platform) => {
    await expect(selfTest(platform)).rejects.toBeInstanceOf(Error)
  })
})
