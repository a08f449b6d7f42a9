import { ownMembers } from '../assert/own-members.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import type { ClassPolicy } from '../resource/requirement.ts'
import type { Auth } from '../token/auth.ts'
import type { Mission } from '../token/claims.ts'
import { rulesOf } from '../token/generations.ts'
import type { Generation } from '../token/kinds.ts'
import { provenanceOf } from '../verify/provenance.ts'

/**
 * What to store beside server-side state: plain JSON that says whose the state is. It is not bound to a session, a
 * process or a key; the key is kept for the record only (docs/decisions.md#mission-grants).
 */
export interface MissionGrant {
  /** The `issuer` of the resource that made it, and the only one that takes it. */
  readonly resource: string
  readonly mission: Mission
  /** Who may go on with it: the runtimes of one agent provider. `null`: nobody knows of which. */
  readonly class: { readonly provider: string } | null
  /** For whom. `null`: the token named nobody. */
  readonly person: MissionPerson | null
  /** RFC 7638 thumbprint of the key that made it. */
  readonly thumbprint: string
  /** Seconds. */
  readonly createdAt: number
  /** Seconds; `null`: it lives as long as the mission. */
  readonly expiresAt: number | null
}

/**
 * A person as one issuer names it. The two generations name persons differently, and nothing links the names, so a
 * person of one is never that of the other (D22, D51).
 */
export interface MissionPerson {
  readonly generation: Generation
  /** The person server in draft 11, the issuer of the token before. */
  readonly issuer: string
  /** Part of the name in drafts 01 to 10 alone. */
  readonly tenant: string | null
  readonly sub: string
}

/**
 * What {@link mayResume} finds. Only `'match'` lets anybody go on. `'expired'`: the grant, or the token of the caller.
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
 * What may go on with state that a verified caller makes: its mission, its class and its person, frozen.
 *
 * @param expiresAt second at which the grant ends; default it lives as long as the mission
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
  if (mission === undefined) throw new AAuthError('mission_required', { hint: 'a grant needs a mission' })
  if (expiresAt !== undefined && !Number.isFinite(expiresAt))
    throw new TypeError('"expiresAt" must be a number of seconds')
  const claimed = auth.class?.provider
  const linked = verified.linkedProvider
  // Nobody knows the class where the provider that vouched for the key is another than the one in the token.
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
 * Whether a verified caller may go on with what `grant` stands for: another runtime, with a key and a token of its own,
 * is as good as the first one; another resource, mission, person or agent provider is not
 * (docs/decisions.md#class-policies). A person that only the grant or only the token names is not a match either.
 *
 * It compares what the guard found, and the clock; it asks nobody. So it cannot know whether the token was revoked, or
 * the mission terminated, after the guard let the request in. Where that may be long ago, as in a WebSocket or a queue,
 * use `assertGrant`, which asks, or `lifetimeOf`, which tells.
 *
 * A grant outlives the token that it was made from, and each resumption needs a token that is still good. A grant that
 * came back damaged, or does not name a resource, matches nobody (`'mission_mismatch'`).
 *
 * @param policy what to do where a provider is unknown, as it is in draft 11; default `'deny'`
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
  // The provider that vouched for the key itself outweighs what a person server says of the agent.
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

/** Whether `value` is what {@link missionGrant} made, also after JSON: all of its members, its own, and no others' types. */
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

/** What was inherited did not come back from storage. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? ownMembers<Record<string, unknown>>({ ...value }) : {}
}

function personOf({ generation, iss, ps, sub, tenant }: Auth): MissionPerson | null {
  // An agent token has no generation, and its `sub` is an agent.
  if (generation === undefined || sub === undefined) return null
  const { issuer, tenant: apart = null } = rulesOf(generation).namespaceOf({ iss, ps, tenant })
  return { generation, issuer, tenant: apart, sub }
}

/** A person matches only the same person; where neither side names a person there is nothing to compare. */
function isSamePerson(one: MissionPerson | null, other: MissionPerson | null): boolean {
  if (one === null || other === null) return one === other
  return (['generation', 'issuer', 'tenant', 'sub'] as const).every((name) => one[name] === other[name])
}
