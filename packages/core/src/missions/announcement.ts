import { AAuthError } from '../errors/aauth-error.ts'
import type { Answer } from '../errors/answer.ts'
import { attempt } from '../limits/attempt.ts'
import { endMission, moreTombstones } from '../resource/mission-termination.ts'
import type { ResourceState } from '../resource/state.ts'
import { asReason } from '../resource/termination-reason.ts'
import { malformed, readJson } from '../routes/read-json.ts'
import { findTombstone } from '../stores/tombstone-store.ts'
import type { Mission } from '../token/claims.ts'
import { isS256 } from '../token/identifiers.ts'
import { verifyServer } from '../verify/verify-server.ts'
import { quoted } from '../wire/quoted.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** An extension of this project, served only if it is enabled. */
export const announcementPath = '/aauth/mission-terminated'

/**
 * A person server announces that a mission it approved is terminated: `{ "mission_s256", "termination_reason"? }`,
 * signed like a revocation. The signer is taken as the approver, so no server can terminate missions of another
 * (docs/decisions.md#mission-status, L05). The termination is recorded before the response, which is an empty 200
 * whether or not the mission is known.
 * @throws {AAuthError}
 */
export async function answerAnnouncement(
  state: ResourceState,
  request: SignedRequest,
  content: () => Promise<Uint8Array>,
): Promise<Answer> {
  let body: Uint8Array = new Uint8Array()
  const { id: approver, role } = await verifyServer(state, request, async () => {
    body = await content()
    return body
  })
  if (role !== 'person-server')
    throw new AAuthError('unsupported_iss', {
      hint: `${quoted(approver)} is not a person server: only person servers announce terminations`,
    })
  const { mission_s256: s256, termination_reason: reason } = readJson(request, body)
  if (!isS256(s256))
    throw malformed(
      `"mission_s256" is ${quoted(s256)}, which is not a digest: send 32 octets in base64url without padding`,
    )
  if (asReason(reason) !== reason)
    throw malformed(
      '"termination_reason" is not 1 to 128 printable ASCII characters: shorten it, or leave it out',
    )
  const known = await findTombstone(state.tombstones, { approver, s256 }, state.isListed(approver))
  // A repetition does not count against the rate, so a person server may resend until the termination is recorded.
  if (typeof known !== 'object') await record(state, { approver, s256 }, reason)
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }
}

async function record(state: ResourceState, mission: Mission, reason: unknown): Promise<void> {
  if (!state.terminationRate.take(mission.approver, state.settings.now())) {
    // Even if the termination cannot be recorded yet, the cached status must no longer be used.
    await attempt(() => state.missionMonitor?.forget(mission))
    throw new AAuthError('rate_limited', {
      hint: `${quoted(mission.approver)} announces more than 10 terminations per second: send it again later`,
      retryAfter: 1,
    })
  }
  if ((await endMission(state, mission, reason, 'announcement')) === 'full')
    throw new AAuthError('rate_limited', {
      hint: `the tombstones of "${mission.approver}" are full: ${moreTombstones(state)}`,
      retryAfter: 60,
    })
}
