import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createResource } from '@aauth-guard/core'
import { makeKey } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { badSignatures } from '../../src/platform/known-signatures.ts'
import { platform as node } from '../../src/platform/node.ts'
import type { PublicJwk, VerificationKey } from '../../src/platform/platform.ts'
import { selfTest } from '../../src/platform/self-test.ts'
import { withSodium } from '../../src/platform/sodium.ts'
import { platform as web } from '../../src/platform/web.ts'
import { stateOf } from '../../src/resource/state-of.ts'
import { fallback, fromHex, sodium, verifies } from './backends.ts'

/** A module in a project of its own, in which `sodium-native` is this source, or absent. */
function projectWith(source?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sodium-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  if (source !== undefined) {
    mkdirSync(join(folder, 'node_modules/sodium-native'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/sodium-native/index.js'), source)
  }
  return pathToFileURL(join(folder, 'app.js')).href
}

function errorOf(attempt: () => unknown): unknown {
  try {
    attempt()
  } catch (error) {
    return error
  }
  return undefined
}

describe('the option ed25519', () => {
  it('is the platform by default', () => {
    const { platform } = stateOf(createResource({ issuer: 'https://notes.example', trust: 'any' }))
    expect(platform).toBe(node)
  })

  it('is a choice of one resource and leaves others alone', () => {
    const options = { issuer: 'https://notes.example', trust: 'any' } as const
    const chosen = stateOf(createResource({ ...options, ed25519: 'sodium-native' }))
    const other = stateOf(createResource({ ...options, ed25519: 'platform' }))
    expect([chosen.platform.name, other.platform.name]).toEqual(['node with sodium-native', 'node'])
  })

  it('is refused on a runtime that is not Node', () => {
    expect(() => web.withSodium()).toThrow(
      new TypeError('"ed25519" is "sodium-native", which needs Node: leave the option out on this runtime'),
    )
  })

  it('names the command that installs the package if that is missing', () => {
    expect(() => withSodium(node, projectWith())).toThrow(
      new TypeError('"ed25519" is "sodium-native", which is not installed: run `npm install sodium-native`'),
    )
  })

  it('says that the package cannot be loaded, and passes on why', () => {
    const error = errorOf(() => withSodium(node, projectWith('throw new Error("no prebuild")')))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(/cannot be loaded on this machine/)
    expect(((error as Error).cause as Error).message).toBe('no prebuild')
  })
})

describe('the test of sodium-native before its first use', () => {
  it('is passed by the package [H18]', async () => {
    expect(() => withSodium(node)).not.toThrow()
    await expect(selfTest(sodium)).resolves.toBeUndefined()
  })

  it.each([
    ['refuses everything', 'false', 'refuses a valid signature'],
    ['accepts everything', 'true', 'accepts a signature with a flipped bit in R'],
  ])('is failed by one that %s [H18]', (_, verdict, fault) => {
    const from = projectWith(`exports.crypto_sign_verify_detached = () => ${verdict}`)
    const error = errorOf(() => withSodium(node, from))
    expect(error).not.toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain(fault)
  })

  it.each(badSignatures.map((bad) => [bad.fault, bad] as const))(
    'is failed by one that accepts %s, and nothing else that is bad [H18]',
    (fault, { jwk, signature, text }) => {
      const accepted = JSON.stringify([jwk.x, signature, Buffer.from(text).toString('base64url')])
      const good = join(import.meta.dirname, '../../src/platform/sodium.ts')
      const from = projectWith(`
        const sound = require('node:module').createRequire(${JSON.stringify(good)})('sodium-native')
        const text = (octets) => Buffer.from(octets).toString('base64url')
        exports.crypto_sign_verify_detached = (signature, message, key) =>
          JSON.stringify([text(key), text(signature), text(message)]) === ${JSON.stringify(accepted)} ||
          sound.crypto_sign_verify_detached(signature, message, key)`)
      expect(() => withSodium(node, from)).toThrow(`accepts ${fault}`)
    },
  )

  it('asks only for what every other platform refuses too, except for the key of small order [H01, H02, H03]', async () => {
    for (const platform of [node, web, fallback]) {
      for (const { fault, jwk, signature, text } of badSignatures) {
        if (fault === 'a key of small order') continue
        const octets = new Uint8Array(Buffer.from(signature, 'base64url'))
        expect([platform.name, fault, await verifies(platform, jwk, octets, text)]).toEqual([
          platform.name,
          fault,
          false,
        ])
      }
    }
  })
})

describe('a verification with sodium-native', () => {
  const made = (async () => {
    const signer = await makeKey('sodium', 'k', 'Ed25519')
    const jwk = signer.jwk as PublicJwk
    const key = (await sodium.importKey(jwk)) as VerificationKey
    return { jwk, key, signature: await signer.sign(new TextEncoder().encode('text')) }
  })()

  it('is done before it returns, however many overlap', async () => {
    const { key, signature } = await made
    const verdicts = Array.from({ length: 70 }, () => sodium.verify(key, signature, ['te', 'xt']))
    expect(verdicts).toEqual(Array(70).fill(true))
  })

  it('refuses a signature with an octet too few or too many', async () => {
    const { jwk, signature } = await made
    const longer = fromHex(`${Buffer.from(signature).toString('hex')}00`)
    expect(await verifies(sodium, jwk, signature.slice(0, 63), 'text')).toBe(false)
    expect(await verifies(sodium, jwk, longer, 'text')).toBe(false)
  })

  it('keeps the octets of a key, 32 of them and in a buffer of their own', async () => {
    const { handle } = (await made).key
    expect(handle).toBeInstanceOf(Uint8Array)
    expect([(handle as Uint8Array).length, (handle as Uint8Array).buffer.byteLength]).toEqual([32, 32])
  })

  it('leaves ES256 with OpenSSL', async () => {
    const signer = await makeKey('sodium', 'k', 'ES256')
    const key = (await sodium.importKey(signer.jwk as PublicJwk)) as VerificationKey
    expect(key.handle).toHaveProperty('asymmetricKeyType', 'ec')
    const signature = await signer.sign(new TextEncoder().encode('text'))
    expect(await verifies(sodium, signer.jwk as PublicJwk, signature, 'text')).toBe(true)
  })
})
