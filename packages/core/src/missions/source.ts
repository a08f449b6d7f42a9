import { asReason } from '../resource/mission-termination.ts'
import type { Mission } from '../token/claims.ts'
import type { JsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'

/** What a source says of a mission. */
export interface MissionAnswer {
  readonly status: 'active' | 'terminated'
  /** Why it ended. */
  readonly reason?: string | undefined
  /** Second after which the answer must not be relied on any more. */
  readonly freshUntil?: number
}

/** What the resource lends to a source, for the person server of a mission and no other. */
export interface MissionInquiry {
  /** Aborts at the deadline; an answer that comes later is not heard. */
  readonly signal: AbortSignal
  /**
   * The metadata of the person server, from the cache or over the guarded egress: its strings, numbers, literals and
   * lists of strings, up to 64 members and 8192 characters of names and values. Objects and other lists are left out.
   */
  metadata(): Promise<JsonObject>
  /**
   * Posts JSON to an endpoint on the origin of the person server, over the guarded egress and signed in the resource's
   * own right (scheme `jwks_uri`, draft 11 §11.3.2). No redirects; at most 64 KiB come back.
   */
  post(
    url: string,
    content: object,
  ): Promise<{ readonly status: number; readonly json: JsonObject | undefined }>
}

/**
 * Tells whether a mission lives. Whatever is neither an answer nor in time, also a rejection, says nothing of the
 * mission: it is `unknown`. A rejection says nothing of the person server either; one that is down is told by
 * {@link ServerUnavailableError}.
 *
 * @param mission of a verified token, approved by a person server that `trust` admits
 */
export type MissionSource = (
  mission: Mission,
  inquiry: MissionInquiry,
) => MissionAnswer | Promise<MissionAnswer>

/**
 * A source rejects with it where the person server could not be reached. After five of these in a row, or as many passed
 * deadlines, nobody asks that server for a while; what it says of one mission never does that.
 */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError'
}

/** @throws {Error} for anything that is not an answer */
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
