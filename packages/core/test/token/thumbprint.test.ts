import { publicKey } from '@aauth-guard/fixtures/keys'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { makeKey } from '@aauth-guard/testing'
import fc from 'fast-check'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { platform as node } from '../../src/platform/node.ts'
import { platform as web } from '../../src/platform/web.ts'
import { checkPublicKey, thumbprint } from '../../src/token/public-key.ts'

const of = (platform: typeof node, jwk: JWK): string | Promise<string> =>
  thumbprint(platform, checkPublicKey(jwk as Record<string, unknown>, false))

describe.each([node, web])('a thumbprint on $name', (platform) => {
  it('is that of RFC 8037 A.3 for its Ed25519 key', async () => {
    expect(await of(platform, { ...publicKey, alg: 'Ed25519' })).toBe(
      'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    )
  })

  it('is that of RFC 9449 §6.1 for its P-256 key', async () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
      y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
    }
    expect(await of(platform, jwk)).toBe('0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I')
  })

  it('is that of jose, whatever other members the key has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.constantFrom('Ed25519' as const, 'ES256' as const),
        fc.dictionary(fc.constantFrom('kid', 'x5t', 'ext', 'other'), fc.string()),
        async (seed, alg, noise) => {
          const { jwk } = await makeKey(seed, 'k', alg)
          expect(await of(platform, { ...noise, ...jwk })).toBe(await calculateJwkThumbprint(jwk))
        },
      ),
      runs(60),
    )
  })
})

it('the thumbprint of an identity is that of the key that signed the request [R11-043, R11-051]', async () => {
  const { agent, call } = await makeWorld()
  const auth = await call(await agent.authToken())
  expect(auth.thumbprint).toBe(await calculateJwkThumbprint(agent.key.jwk))
})
