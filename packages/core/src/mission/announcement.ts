import type { Answer } from '../answer.ts'
import { AAuthError } from '../errors.ts'
import { asReason, endMission } from '../mission-end.ts'
import type { ResourceState } from '../resource.ts'
import { malformed, readJson } from '../routes/read-json.ts'
import { isS256 } from '../token/identifiers.ts'
import { verifyServer } from '../verify-server.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** An extension of this project, there only where it is switched on. */
export const announcementPath = '/aauth/mission-terminated'

/**
 * A person server announces that a mission it approved has ended: `{ "mission_s256", "termination_reason"? }`, signed
 * like a revocation. The approver is whoever signed, so nobody can end the mission of another (matrix §5.2, security
 * L05). Recorded before it is answered, with an empty 200 whether the mission is known or not.
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
      hint: `${approver} approves no missions: it is no person server`,
    })
  const { mission_s256: s256, termination_reason: reason } = readJson(request, body)
  if (!isS256(s256)) throw malformed('mission_s256 is no digest')
  if (asReason(reason) !== reason) throw malformed('termination_reason is no short ASCII text')
  if (!state.revocationRate.take(approver, state.settings.now()))
    throw new AAuthError('rate_limited', { hint: 'too many announcements a second', retryAfter: 1 })
  if ((await endMission(state, { approver, s256 }, reason)) === 'full')
    throw new AAuthError('rate_limited', { hint: `the tombstones of ${approver} are full`, retryAfter: 60 })
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }
}
