import { ownMembers } from '../assert/own-members.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import type { ClassPolicy } from '../resource/requirement.ts'
import type { Auth } from '../token/auth.ts'
import type { Mission } from '../token/claims.ts'
import { rulesOf } from '../token/generations.ts'
import type { Generation } from '../token/kinds.ts'
import { provenanceOf } from '../verify/provenance.ts'

/**
 * Plain JSON to store with server-side state, which records who may resume that state. It is not bound to a session, a
 * process or a key. The key is only compared by the class policy `same-key` (docs/decisions.md#mission-grants).
 */
export interface MissionGrant {
  /** The `issuer` of the resource that made the grant, which is the only one that accepts it. */
  readonly resource: string
  readonly mission: Mission
  /** The agent provider whose runtimes may resume the state; `null` if it is unknown. */
  readonly class: { readonly provider: string } | null
  /** The person that the agent acted for; `null` if the token did not name one. */
  readonly person: MissionPerson | null
  /** RFC 7638 thumbprint of the agent's key when the grant was made. */
  readonly thumbprint: string
  /** Seconds. */
  readonly createdAt: number
  /** Seconds; `null` if the grant lasts as long as the mission. */
  readonly expiresAt: number | null
}

/**
 * A person as identified by one issuer. The two generations identify persons differently, and the identifiers cannot be
 * linked, so a person of one generation never matches one of the other (D22, D51).
 */
export interface MissionPerson {
  readonly generation: Generation
  /** In draft 11 the person server, in earlier drafts the issuer of the token. */
  readonly issuer: string
  /** Part of the identifier in drafts 01 to 10 only. */
  readonly tenant: string | null
  readonly sub: string
}

/**
 * The result of {@link mayResume}. Only `'match'` allows the caller to resume. `'expired'` means that the grant or the
 * token of the caller has expired.
 */
export type Resumption =
  | 'match'
  | 'resource_mismatch'
  | 'mission_mismatch'
  | 'person_mismatch'
  | 'class_mismatch'
  | 'class_unknown'
  | 'expired'

/**
 * Makes the grant for state that a verified caller creates, from its mission, its class and its person. The result is
 * frozen.
 *
 * @param expiresAt second at which the grant expires; by default it lasts as long as the mission
 * @throws {AAuthError} `mission_required` for a caller without mission
 * @throws {TypeError} for an `auth` that no resource verified
 * @see docs/decisions.md#mission-grants
 * @example
 * ```ts
 * import type { Auth } from '@aauth-guard/core'
 * import { mayResume, type MissionGrant, missionGrant } from '@aauth-guard/core/missions'
 *
 * const runs = new Map<string, { grant: MissionGrant; step: number }>()
 *
 * export function startRun(id: string, auth: Auth): void {
 *   runs.set(id, { grant: missionGrant(auth), step: 0 })
 * }
 *
 * export function mayGoOn(id: string, auth: Auth): boolean {
 *   const run = runs.get(id)
 *   return run !== undefined && mayResume(run.grant, auth) === 'match'
 * }
 * ```
 */
export function missionGrant(auth: Auth, { expiresAt }: { readonly expiresAt?: number } = {}): MissionGrant {
  const { state, verified } = provenanceOf(auth)
  const { mission, thumbprint } = auth
  if (mission === undefined)
    throw new AAuthError('mission_required', {
      hint: 'a grant needs a mission, which the token does not carry: require a mission on this route',
    })
  if (expiresAt !== undefined && !Number.isFinite(expiresAt))
    throw new TypeError('"expiresAt" is not a time: pass seconds since 1970')
  const claimed = auth.class?.provider
  const linked = verified.linkedProvider
  // The class is unknown if the provider that vouched for the key differs from the provider in the token.
  const provider = linked !== undefined && differs(linked, claimed) ? undefined : (claimed ?? linked)
  const person = personOf(auth)
  return Object.freeze({
    resource: state.settings.issuer,
    mission: Object.freeze({ approver: mission.approver, s256: mission.s256 }),
    class: provider === undefined ? null : Object.freeze({ provider }),
    person: person && Object.freeze(person),
    thumbprint,
    createdAt: state.settings.now(),
    expiresAt: expiresAt ?? null,
  })
}

/**
 * Whether a verified caller may resume the state that `grant` was stored with. Another runtime with its own key and token
 * may resume it; a caller with another resource, mission, person or agent provider may not
 * (docs/decisions.md#class-policies). If only the grant or only the token names a person, they do not match either.
 *
 * The function compares the result of the guard with the grant and the clock, and does not query anything. It cannot
 * know whether the token was revoked, or the mission terminated, after the guard accepted the request. If that may be
 * long ago, as in a WebSocket or a queue, use `assertGrant`, which checks again, or `lifetimeOf`, which notifies you.
 *
 * A grant outlives the token that it was made from, and each resumption needs a valid token. A grant that is damaged
 * or does not name a resource matches no caller (`'mission_mismatch'`).
 *
 * @param policy how to treat an unknown provider, as in draft 11; default `'deny'`
 * @throws {TypeError} for an `auth` that no resource verified
 */
export function mayResume(grant: MissionGrant, auth: Auth, policy: ClassPolicy = 'deny'): Resumption {
  const { state, verified } = provenanceOf(auth)
  const { mission } = auth
  if (!isGrant(grant)) return 'mission_mismatch'
  if (grant.resource !== state.settings.issuer) return 'resource_mismatch'
  if (
    mission === undefined ||
    grant.mission.approver !== mission.approver ||
    grant.mission.s256 !== mission.s256
  )
    return 'mission_mismatch'
  if (!isSamePerson(grant.person, personOf(auth))) return 'person_mismatch'
  const { expiresAt } = grant
  if (state.settings.now() >= Math.min(expiresAt ?? auth.exp, auth.exp)) return 'expired'
  const known = grant.class?.provider
  const claimed = auth.class?.provider
  const linked = verified.linkedProvider
  // The provider that vouched for the key takes precedence over the provider that a person server names.
  if (linked !== undefined && differs(linked, known, claimed)) return 'class_mismatch'
  if (known !== undefined && claimed !== undefined) return known === claimed ? 'match' : 'class_mismatch'
  switch (policy) {
    case 'mission-only':
      return 'match'
    case 'same-key':
      return grant.thumbprint === auth.thumbprint ? 'match' : 'class_unknown'
    case 'linked-key':
      return linked === undefined || known === undefined ? 'class_unknown' : 'match'
    default:
      return 'class_unknown'
  }
}

function differs(provider: string, ...others: readonly (string | undefined)[]): boolean {
  return others.some((other) => other !== undefined && other !== provider)
}

/** Whether `value` is a result of {@link missionGrant}, possibly parsed from JSON: all own members, of the right types. */
function isGrant(value: unknown): value is MissionGrant {
  const { resource, mission, class: agentClass, person, thumbprint, createdAt, expiresAt } = membersOf(value)
  return (
    typeof resource === 'string' &&
    isTextual(mission, ['approver', 's256']) &&
    (agentClass === null || isTextual(agentClass, ['provider'])) &&
    (person === null ||
      (isTextual(person, ['generation', 'issuer', 'sub']) && isTextOrNull(membersOf(person).tenant))) &&
    typeof thumbprint === 'string' &&
    Number.isFinite(createdAt) &&
    (expiresAt === null || Number.isFinite(expiresAt))
  )
}

function isTextual(value: unknown, names: readonly string[]): boolean {
  const members = membersOf(value)
  return names.every((name) => typeof members[name] === 'string')
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}

/** Inherited members did not come from storage. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? ownMembers<Record<string, unknown>>({ ...value }) : {}
}

function personOf({ generation, iss, ps, sub, tenant }: Auth): MissionPerson | null {
  // An agent token has no generation, and its `sub` is an agent.
  if (generation === undefined || sub === undefined) return null
  const { issuer, tenant: apart = null } = rulesOf(generation).namespaceOf({ iss, ps, tenant })
  return { generation, issuer, tenant: apart, sub }
}

/** A person matches only the same person. If neither side names a person, there is nothing to compare. */
function isSamePerson(one: MissionPerson | null, other: MissionPerson | null): boolean {
  if (one === null || other === null) return one === other
  return (['generation', 'issuer', 'tenant', 'sub'] as const).every((name) => one[name] === other[name])
}
