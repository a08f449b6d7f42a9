import { assertMissionActive } from '../resource/mission-termination.ts'
import type { ResourceState } from '../resource/state.ts'
import { isSafe } from '../signature/replay.ts'
import { canBridge } from './assert-unrevoked.ts'
import type { VerifiedRequest } from './verify-request.ts'

/**
 * Checks that the mission of a verified request is active, by what the stores answered. While they do not answer, a safe
 * method may rely on their last answer (`staleReads`).
 * @throws {AAuthError} `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertMissionOf(state: ResourceState, verified: VerifiedRequest): void | Promise<void> {
  const { live, token, transport } = verified
  const safe = isSafe(transport.method)
  const bridge = (error: unknown): void => {
    if (!safe || verified.marked || !canBridge(token, state.clean, error)) throw error
    verified.stale = true
  }
  try {
    const active = assertMissionActive(state, token.claims.mission, safe, live)
    return active instanceof Promise ? active.catch(bridge) : undefined
  } catch (error) {
    bridge(error)
  }
}
