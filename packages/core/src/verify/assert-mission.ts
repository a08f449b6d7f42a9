import type { LiveState } from '../resource/live-state.ts'
import { assertMissionActive } from '../resource/mission-termination.ts'
import type { ResourceState } from '../resource/state.ts'
import { isSafe } from '../signature/replay.ts'
import { isSilence } from '../stores/checked-call.ts'
import { canBridge, mayRelyOnLast } from './assert-unrevoked.ts'
import type { VerifiedRequest } from './verified-request.ts'

/**
 * Checks that the mission of a verified request is active, by what the stores answered. While they do not answer, a safe
 * method may rely on their last answer (`staleReads`).
 * @throws {AAuthError} `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertMissionOf(state: ResourceState, verified: VerifiedRequest): void | Promise<void> {
  const { token, transport } = verified
  if (token.claims.mission === undefined) return undefined
  const { live } = verified
  const bridge = async (error: unknown): Promise<void> => {
    const mayRely = mayRelyOnLast(transport, verified.marked)
    if (!canBridge(token, state.clean, mayRely, error)) throw error
    if (await isStatusForgotten(live)) throw error
    verified.stale = true
  }
  try {
    const active = assertMissionActive(state, token.claims.mission, isSafe(transport.method), live)
    return active instanceof Promise ? active.catch(bridge) : undefined
  } catch (error) {
    return bridge(error)
  }
}

/**
 * Whether the store of statuses, which may answer although that of tombstones does not, no longer knows the mission as
 * active: another process suspects that it was terminated.
 * @throws {AAuthError} `server_error` (the promise rejects) for a store that answers, but must not be relied on
 */
async function isStatusForgotten({ status }: LiveState): Promise<boolean> {
  if (status === undefined) return false
  try {
    const found = await status()
    return found === undefined || found.staleFor <= 0
  } catch (error) {
    if (isSilence(error)) return false
    throw error
  }
}
