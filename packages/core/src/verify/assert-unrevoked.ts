import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { CleanAnswers } from '../resource/clean-answers.ts'
import type { LiveState } from '../resource/live-state.ts'
import type { ResourceState } from '../resource/state.ts'
import { revoked } from '../resource/token-revocation.ts'
import { isSafe } from '../signature/replay.ts'
import { isSilence } from '../stores/checked-call.ts'
import type { Transport } from './transport.ts'

/**
 * Checks that no store reports the token as revoked.
 *
 * @param bridge the last answers, if the request may rely on them while a store does not answer
 * @returns whether the request relies on the last answer
 * @throws {AAuthError} `revoked_jwt` or `server_error` (the promise rejects)
 */
export async function assertUnrevoked(
  token: VerifiedToken,
  live: LiveState,
  bridge: CleanAnswers | undefined,
): Promise<boolean> {
  try {
    const found = live.revoked()
    if (typeof found === 'boolean' ? found : await found) throw revoked(token)
    return false
  } catch (error) {
    if (!canBridge(token, bridge, error)) throw error
    return true
  }
}

/**
 * The last answers, if a request may rely on them (`staleReads`).
 * @param marked whether its signature is accepted only once
 */
export function bridgeOf(
  { clean }: ResourceState,
  { method }: Transport,
  marked: boolean,
): CleanAnswers | undefined {
  return isSafe(method) && !marked ? clean : undefined
}

/** Whether an error only says that a store did not answer, and the last answer about the token may be used instead. */
export function canBridge(token: VerifiedToken, bridge: CleanAnswers | undefined, error: unknown): boolean {
  return bridge !== undefined && isSilence(error) && bridge.has(token)
}
