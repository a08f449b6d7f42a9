import type { Auth } from '../token/auth.ts'
import type { Mission } from '../token/claims.ts'
import { rulesOf } from '../token/generations.ts'
import type { Generation } from '../token/kinds.ts'
import { digestOf } from './digest.ts'

/** Whose a record is. It is fixed when the record is made, and compared whole. All of it is verified. */
export interface Owner {
  /** The identifier of the resource. */
  readonly resource: string
  /** Whether the token was an agent token. Person tokens and auth tokens of one person have the same owner. */
  readonly isAgent: boolean
  readonly generation: Generation | null
  readonly thumbprint: string
  /** The agent, if the token names one, and who named it. */
  readonly agent: { readonly iss: string; readonly sub: string } | null
  /** The person, if the token names one. */
  readonly person: { readonly server: string; readonly tenant: string | null; readonly sub: string } | null
  readonly mission: Mission | null
  /** Server identifier of the agent provider, if the token proves one on the route. */
  readonly class: string | null
}

/**
 * The owner of what is made for a caller.
 * @param resource the identifier of the resource
 */
export function ownerOf(resource: string, auth: Auth): Owner {
  const { type, generation = null, iss, ps, sub, tenant, thumbprint, agent, mission } = auth
  const isAgent = type === 'agent-token'
  const server = generation === null ? iss : rulesOf(generation).namespaceOf({ iss, ps, tenant }).issuer
  return Object.freeze({
    resource,
    isAgent,
    generation,
    thumbprint,
    agent: agent === undefined ? null : Object.freeze({ iss, sub: agent }),
    person: isAgent || sub === undefined ? null : Object.freeze({ server, tenant, sub }),
    mission: mission === undefined ? null : Object.freeze({ approver: mission.approver, s256: mission.s256 }),
    class: auth.class?.provider ?? null,
  })
}

/**
 * Whether a caller owns what was made for an owner (docs/requirements.md#defer-2). The key has to be the same, unless the caller presents an agent
 * token of the same agent: then its provider vouches for the new key.
 */
export function isSameOwner(owner: Owner, caller: Owner): boolean {
  const isSameKey = owner.thumbprint === caller.thumbprint || owner.isAgent
  return isSameKey && JSON.stringify(partsOf(owner)) === JSON.stringify(partsOf(caller))
}

/**
 * A digest of everything that {@link isSameOwner} compares. An agent keeps it with a new key; others do not.
 */
export function ownerDigest(owner: Owner): Promise<string> {
  return digestOf('owner', ...partsOf(owner), keyOf(owner))
}

/** A digest of who it is, whatever the mission and the class. `resource.managed.end({ owner })` takes it. */
export function ownerId(owner: Owner): Promise<string> {
  return digestOf('owner id', ...identityOf(owner), keyOf(owner))
}

/**
 * A digest of whose quota an owner uses. Agents choose missions, classes and keys themselves, so an agent has one quota
 * under all of them, and so have all agents of a person whose tokens do not name the agent.
 */
export function quotaId(owner: Owner): Promise<string> {
  const isKnown = owner.agent !== null || owner.person !== null
  return digestOf('quota', ...identityOf(owner), isKnown ? null : owner.thumbprint)
}

function keyOf({ isAgent, thumbprint }: Owner): string | null {
  return isAgent ? null : thumbprint
}

/** Agent tokens are the only ones without a generation. */
function identityOf({ resource, generation, agent, person }: Owner): (string | null)[] {
  return [
    resource,
    generation,
    agent?.iss ?? null,
    agent?.sub ?? null,
    person?.server ?? null,
    person?.tenant ?? null,
    person?.sub ?? null,
  ]
}

function partsOf(owner: Owner): (string | null)[] {
  const { mission, class: provider } = owner
  return [...identityOf(owner), mission?.approver ?? null, mission?.s256 ?? null, provider]
}
