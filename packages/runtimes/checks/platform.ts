import { createResource } from '@aauth-guard/core'
import { publicKey } from '@aauth-guard/fixtures/keys'
import { selfTest } from '../../core/src/platform/self-test.ts'
import { stateOf } from '../../core/src/resource/state-of.ts'
import { type Check, check, equal } from './check.ts'

const { platform } = stateOf(createResource({ issuer: 'https://notes.example', trust: 'any' }))

const abc = new TextEncoder().encode('abc')
// FIPS 180-4, the examples for "abc".
const digests = {
  'sha-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'sha-512':
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
} as const

/** The side of the seam that the runtime chose, and whether it does what it is for. */
export const platformChecks: readonly Check[] = [
  check('has the platform for this runtime', async (expectation) => {
    equal(platform.name, expectation.platform)
  }),
  check('verifies Ed25519 with the backend for this runtime', async ({ ed25519 }) => {
    const { handle } = await platform.importKey(publicKey)
    equal(handle instanceof Uint8Array ? 'noble' : 'native', ed25519)
  }),
  check("says what ed25519: 'sodium-native' lacks here", async (expectation) => {
    let failure: unknown
    try {
      createResource({ issuer: 'https://notes.example', trust: 'any', ed25519: 'sodium-native' })
    } catch (error) {
      failure = error
    }
    const remedies = {
      node: 'which is not installed: run `npm install sodium-native`',
      web: 'which needs Node: leave the option out on this runtime',
    }
    equal(String(failure), `TypeError: "ed25519" is "sodium-native", ${remedies[expectation.platform]}`)
  }),
  check('passes its self-test', async () => {
    await selfTest(platform)
  }),
  check('fails its self-test when every signature verifies, or none', async () => {
    const outcomes = [true, false].map((verdict) =>
      selfTest({ ...platform, verify: () => verdict }).then(
        () => 'passed',
        (error: Error) => error.message,
      ),
    )
    const failed = `the ${platform.name} platform does not verify Ed25519 as RFC 8032 says`
    equal(await Promise.all(outcomes), [failed, failed])
  }),
  ...(['sha-256', 'sha-512'] as const).map((algorithm) =>
    check(`computes ${algorithm}`, async () => {
      const digest = await platform.digest(algorithm, abc)
      equal([...digest].map((octet) => octet.toString(16).padStart(2, '0')).join(''), digests[algorithm])
    }),
  ),
  check('writes a SHA-256 in base64url', async () => {
    equal(await platform.sha256('abc'), 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  }),
]
