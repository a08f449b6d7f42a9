import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { checkFreshness } from '../../src/signature/freshness.ts'
import type { UntrustedSignature } from '../../src/signature/select-signature.ts'
import { refused } from './refused.ts'

function check(times: { created: number; expires?: number }, window = 60, at = now): void {
  checkFreshness({ expires: undefined, ...times } as UntrustedSignature, at, window)
}

function refusal(times: { created: number; expires?: number }, window = 60, at = now): string {
  const { status, headers } = refused(() => check(times, window, at))
  return `${status} ${headers['signature-error']}`
}

const stale = '401 error=invalid_signature'
const ahead = '401 error=clock_skew'

describe('created', () => {
  it.each([-60, -59, -1, 0, 1, 59, 60])('may lie %i s from now [SIG-18, SIG-19, C03]', (offset) => {
    expect(() => check({ created: now + offset })).not.toThrow()
  })

  it.each([-61, -62, -3600])('must not lie %i s from now [SIG-18, R11-093, C03]', (offset) => {
    expect(refusal({ created: now + offset })).toBe(stale)
  })

  it.each([61, 62, 3600])(
    'must not lie %i s ahead, which is reported separately [SIG-19, R11-094, C03]',
    (offset) => {
      expect(refusal({ created: now + offset })).toBe(ahead)
    },
  )

  it.each([-1, 0])('must not be %i [SIG-18, R11-093, C02]', (created) => {
    expect(refusal({ created })).toBe(stale)
  })

  it('must not be a number of 15 digits [SIG-19, R11-094, C04]', () => {
    expect(refusal({ created: 999_999_999_999_999 })).toBe(ahead)
  })

  it.each([1, 300])('is compared with the configured window of %i s [SIG-18, SIG-19]', (window) => {
    expect(() => check({ created: now - window }, window)).not.toThrow()
    expect(() => check({ created: now + window }, window)).not.toThrow()
    expect(refusal({ created: now - window - 1 }, window)).toBe(stale)
    expect(refusal({ created: now + window + 1 }, window)).toBe(ahead)
  })

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 33])(
    'is compared correctly when the clock is at %i [C14]',
    (at) => {
      expect(() => check({ created: at }, 60, at)).not.toThrow()
      expect(refusal({ created: at - 61 }, 60, at)).toBe(stale)
      expect(refusal({ created: at + 61 }, 60, at)).toBe(ahead)
    },
  )
})

describe('expires', () => {
  it.each([now - 1, now, 0, -1])(
    'must not have passed: %i at second 1790000000 [SIG-20, R11-095, C05]',
    (expires) => {
      expect(refusal({ created: now - 30, expires })).toBe(stale)
    },
  )

  it('may be the next second', () => {
    expect(() => check({ created: now, expires: now + 1 })).not.toThrow()
  })

  it('must not precede created, even if both are ahead [SIG-20, R11-095, C06]', () => {
    expect(refusal({ created: now + 30, expires: now + 29 })).toBe(stale)
    expect(() => check({ created: now + 30, expires: now + 30 })).not.toThrow()
  })

  it('does not extend the window of created [SIG-18, R11-093, C06]', () => {
    expect(refusal({ created: now - 61, expires: 253_402_300_799 })).toBe(stale)
  })
})
