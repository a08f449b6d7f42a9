import { asReason } from '../resource/termination-reason.ts'
import type { Mission } from '../token/claims.ts'
import type { JsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'

/** The answer of a source about a mission. */
export interface MissionAnswer {
  readonly status: 'active' | 'terminated'
  /** Why the mission was terminated. */
  readonly reason?: string | undefined
  /** Second after which the answer must no longer be used. */
  readonly freshUntil?: number
}

/** What the resource provides to a source, for the person server of one mission only. */
export interface MissionInquiry {
  /** Aborts at the deadline; a later answer is ignored. */
  readonly signal: AbortSignal
  /**
   * The metadata of the person server, from the cache or over the guarded egress: its strings, numbers, literals and
   * lists of strings, up to 64 members and 8192 characters of names and values. Objects and other lists are left out.
   */
  metadata(): Promise<JsonObject>
  /**
   * Posts JSON to an endpoint on the origin of the person server, over the guarded egress and signed by the resource
   * itself (scheme `jwks_uri`, draft 11 §11.3.2). Redirects are not followed; the response has at most 64 KiB.
   */
  post(
    url: string,
    content: object,
  ): Promise<{ readonly status: number; readonly json: JsonObject | undefined }>
}

/**
 * Reports whether a mission is active. If the result is invalid, late or a rejection, the status is `unknown`. Reject with
 * {@link ServerUnavailableError} to report that the person server is down; other rejections do not count against it.
 *
 * @param mission from a verified token, approved by a person server that `trust` accepts
 */
export type MissionSource = (
  mission: Mission,
  inquiry: MissionInquiry,
) => MissionAnswer | Promise<MissionAnswer>

/**
 * A source rejects with this error if the person server could not be reached. After five of these, or five missed
 * deadlines, in a row, that server is not queried for a few seconds. Answers about a mission never have that effect.
 */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError'
}

/** @throws {Error} for an invalid answer */
export function readAnswer(given: unknown): MissionAnswer {
  const { status, reason, freshUntil } = { ...(given as Partial<MissionAnswer>) }
  if (status !== 'active' && status !== 'terminated')
    throw new Error(
      `the source of mission status returned the status ${quoted(status)}: return 'active' or 'terminated'`,
    )
  if (freshUntil !== undefined && !Number.isFinite(freshUntil))
    throw new Error('"freshUntil" is not a number: return seconds since 1970')
  return {
    status,
    reason: asReason(reason),
    ...(freshUntil !== undefined && { freshUntil: Math.floor(freshUntil) }),
  }
}
