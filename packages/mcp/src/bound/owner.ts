import { type Auth, type Caller, type ClassPolicy, isAAuthError, personKey } from '@aauth-guard/core'
import { asAuth, hasListedIssuer } from '@aauth-guard/core/adapter'
import { assertGrant, type MissionGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'

/**
 * Whose state it is: of a mission and agent provider, or, without a mission, of one person (or agent) and key. Plain JSON.
 * It gives nobody authority: each request needs a token of its own.
 */
export interface Owner {
  readonly key: string
  readonly grant: MissionGrant | null
  /** The issuer of the token, if `trust` does not list it. */
  readonly unlisted: string | null
}

/** The owner of what a caller creates. */
export function ownerOf(caller: Caller): Owner {
  const auth = asAuth(caller)
  if (auth === undefined && caller.type === 'other')
    return { key: JSON.stringify(['other', caller.scheme, caller.id]), grant: null, unlisted: null }
  const verified = auth as Auth
  const { mission, thumbprint } = verified
  const person = personKey(verified) ?? null
  const unlisted = hasListedIssuer(verified) ? null : verified.iss
  if (mission === undefined)
    return {
      key: JSON.stringify(['key', person ?? verified.agent ?? null, thumbprint]),
      grant: null,
      unlisted,
    }
  return {
    key: JSON.stringify(['mission', mission.approver, mission.s256, person]),
    grant: missionGrant(verified),
    unlisted,
  }
}

/**
 * Whether a caller may use what `owner` created. Under a mission this is a decision of core, which events and the recorder
 * get.
 *
 * @throws {AAuthError} `mission_terminated`, `expired_jwt`, `revoked_jwt` or `server_error`, which are not about ownership
 */
export async function isOwner(owner: Owner, caller: Caller, classPolicy: ClassPolicy): Promise<boolean> {
  if (ownerOf(caller).key !== owner.key) return false
  if (owner.grant === null) return true
  try {
    await assertGrant(caller, () => owner.grant, { classPolicy })
    return true
  } catch (error) {
    if (isAAuthError(error) && isOfAnother.has(error.code)) return false
    throw error
  }
}

/** The same without a decision, for lists of what a caller may use: nothing is reported. */
export function seemsOwner(owner: Owner, caller: Caller, classPolicy: ClassPolicy): boolean {
  if (ownerOf(caller).key !== owner.key) return false
  const auth = asAuth(caller)
  return owner.grant === null || (auth !== undefined && mayResume(owner.grant, auth, classPolicy) === 'match')
}

const isOfAnother: ReadonlySet<string> = new Set([
  'access_denied',
  'mission_mismatch',
  'class_mismatch',
  'class_unverifiable',
])
