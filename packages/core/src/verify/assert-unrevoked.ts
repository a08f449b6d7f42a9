import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { CleanAnswers } from '../resource/clean-answers.ts'
import type { LiveState } from '../resource/live-state.ts'
import type { ResourceState } from '../resource/state.ts'
import { revoked } from '../resource/token-revocation.ts'
import { isSafe } from '../signature/replay.ts'
import { isSilence, isWarning } from '../stores/checked-call.ts'
import type { Transport } from './transport.ts'

/**
 * Checks that no store reports the token as revoked.
 *
 * @param mayRely whether the request may rely on the last answers while a store does not answer
 * @returns whether the request relies on the last answer
 * @throws {AAuthError} `revoked_jwt` or `server_error` (the promise rejects)
 */
export async function assertUnrevoked(
  { clean }: ResourceState,
  token: VerifiedToken,
  live: LiveState,
  mayRely: boolean,
): Promise<boolean> {
  try {
    const found = live.revoked()
    if (typeof found === 'boolean' ? found : await found) throw revoked(token)
    return false
  } catch (error) {
    if (!canBridge(token, clean, mayRely, error)) throw error
    return true
  }
}

/**
 * Whether a request may rely on the last answers of the stores (`staleReads`).
 * @param marked whether its signature is accepted only once
 */
export function mayRelyOnLast({ method }: Transport, marked: boolean): boolean {
  return isSafe(method) && !marked
}

/**
 * Whether an error only says that a store did not answer, and the last answer about the token may be used instead. A store
 * that answered that it must not be relied on, such as after a loss of data, ends all earlier answers.
 */
export function canBridge(
  token: VerifiedToken,
  clean: CleanAnswers | undefined,
  mayRely: boolean,
  error: unknown,
): boolean {
  if (clean === undefined) return false
  if (isSilence(error)) return mayRely && clean.has(token)
  if (isWarning(error)) clean.clear()
  return false
}
