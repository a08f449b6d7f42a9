import { AAuthError } from '../errors/aauth-error.ts'
import type { SignatureStatement } from './select-signature.ts'

/**
 * `created` within the window on both sides, boundaries included, and `expires` not reached
 * (R11-092 to R11-095, SIG-17 to SIG-20).
 *
 * @param now integer seconds
 * @param window seconds
 * @throws {AAuthError} `invalid_signature`, or `clock_skew` for a signature from the future
 */
export function checkFreshness({ created, expires }: SignatureStatement, now: number, window: number): void {
  if (created < now - window) {
    throw new AAuthError('invalid_signature', {
      hint: `"created" is ${now - created} s old, and the window is ${window} s: sign each request when it is sent, and synchronize the clocks`,
    })
  }
  if (created > now + window) {
    throw new AAuthError('clock_skew', {
      hint: `"created" is ${created - now} s ahead of this clock, and the window is ${window} s: synchronize the clocks (NTP)`,
    })
  }
  if (expires !== undefined && (expires <= now || expires < created)) {
    throw new AAuthError('invalid_signature', {
      hint: '"expires" has passed or precedes "created": sign again',
    })
  }
}
