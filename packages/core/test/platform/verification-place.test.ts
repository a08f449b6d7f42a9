import { makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { platform } from '../../src/platform/node.ts'
import type { PublicJwk, VerificationKey } from '../../src/platform/platform.ts'
import { VerificationPlace } from '../../src/platform/verification-place.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the place of a verification', () => {
  it('is the main thread for a request that comes alone, however many came before', async () => {
    const place = new VerificationPlace(2)
    for (let turn = 0; turn < 200; turn++) {
      expect(place.isHere()).toBe(true)
      await nextTurn()
    }
  })

  it('is the pool while another verification is in the pool', () => {
    const place = new VerificationPlace(2)
    place.enterPool()
    expect([place.isHere(), place.isHere()]).toEqual([false, false])
    place.enterPool()
    place.leavePool()
    expect(place.isHere()).toBe(false)
  })

  it('is the main thread again once the pool is empty', async () => {
    const place = new VerificationPlace(2)
    place.enterPool()
    expect(place.isHere()).toBe(false)
    place.leavePool()
    await nextTurn()
    expect(place.isHere()).toBe(true)
  })

  it('is the pool for the second request of one turn, to find out whether requests overlap', () => {
    const place = new VerificationPlace(2)
    expect([place.isHere(), place.isHere()]).toEqual([true, false])
  })

  it('is the main thread for one request of each turn while every core has one in the pool', async () => {
    const place = new VerificationPlace(2)
    place.enterPool()
    place.enterPool()
    for (let turn = 0; turn < 3; turn++) {
      expect([place.isHere(), place.isHere()]).toEqual([true, false])
      await nextTurn()
    }
    place.leavePool()
    expect(place.isHere()).toBe(false)
  })

  it('is always the main thread where the process has one core', () => {
    const place = new VerificationPlace(1)
    expect(Array.from({ length: 3000 }, () => place.isHere())).toEqual(Array(3000).fill(true))
  })

  it('is probed less and less often while nothing overlaps, and at least every 1024th time', () => {
    const place = new VerificationPlace(2)
    const probes: number[] = []
    for (let request = 0; request < 4500; request++) {
      if (place.isHere()) continue
      probes.push(request)
      place.enterPool()
      place.leavePool()
    }
    expect(probes).toEqual([1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 3071, 4095])
  })

  it('is probed at once again after an overlap', () => {
    const place = new VerificationPlace(2)
    for (let request = 0; request < 100; request++) place.isHere()
    place.enterPool()
    place.isHere()
    place.leavePool()
    expect(place.isHere()).toBe(false)
  })
})

describe.each(['Ed25519', 'ES256'] as const)('a verification on Node with %s', (alg) => {
  const made = (async () => {
    const signer = await makeKey('place', 'k', alg)
    const key = (await platform.importKey(signer.jwk as PublicJwk)) as VerificationKey
    return { key, signature: await signer.sign(new TextEncoder().encode('text')) }
  })()

  it('is done before it returns when it is alone', async () => {
    const { key, signature } = await made
    await nextTurn()
    expect(platform.verify(key, signature, ['text'])).toBe(true)
  })

  it('runs in the pool when others overlap, with the same verdict', async () => {
    const { key, signature } = await made
    await nextTurn()
    const verdicts = Array.from({ length: 70 }, () => platform.verify(key, signature, ['text']))
    expect(verdicts[0]).toBe(true)
    expect(verdicts.slice(1).every((verdict) => verdict instanceof Promise)).toBe(true)
    expect(await Promise.all(verdicts)).toEqual(Array(70).fill(true))
    await nextTurn()
    expect(platform.verify(key, signature, ['text'])).toBe(true)
  })

  it('refuses an invalid signature in both places', async () => {
    const { key, signature } = await made
    await nextTurn()
    const verdicts = Array.from({ length: 70 }, () => platform.verify(key, signature, ['other']))
    expect(verdicts.filter((verdict) => verdict instanceof Promise).length).toBeGreaterThan(0)
    expect(verdicts[0]).toBe(false)
    expect(await Promise.all(verdicts)).toEqual(Array(70).fill(false))
  })
})
