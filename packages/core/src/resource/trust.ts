import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkServerIds } from '../token/check-server-ids.ts'
import type { IssuerRole } from '../token/kinds.ts'
import { quoted } from '../wire/quoted.ts'

/** Which issuers are trusted in a role: all, those listed, or those that a predicate accepts. */
export type Trusted = 'any' | readonly string[] | ((issuer: string) => boolean)

/**
 * Which issuers a resource trusts in each role. If a role is left out, no issuer is trusted in it. `'any'` is not
 * allowed for access servers, since any web site could then grant any scope (R11-063).
 */
export interface TrustPolicy {
  /** Issuers that may identify agents. */
  readonly agentProviders?: Trusted
  /** Issuers that may identify the person an agent acts for, and grant scopes of that person. */
  readonly personServers?: Trusted
  /** Issuers that may grant access on behalf of this resource. */
  readonly accessServers?: Exclude<Trusted, 'any'>
}

/** `'any'` trusts any agent provider and any person server, but no access server. */
export type Trust = 'any' | TrustPolicy

const anybody: TrustPolicy = ownMembers({ agentProviders: 'any', personServers: 'any' })
/** The member of {@link TrustPolicy} for each role. */
export const memberOf: Readonly<Record<IssuerRole, keyof TrustPolicy>> = {
  'agent-provider': 'agentProviders',
  'person-server': 'personServers',
  'access-server': 'accessServers',
}

/** Whether `trust` accepts `issuer` in `role`. If a predicate throws, the issuer is not trusted. */
export function admits(trust: Trust, role: IssuerRole, issuer: string): boolean {
  const trusted = trustedIn(trust, role)
  if (trusted === undefined) return false
  if (trusted === 'any') return true
  if (typeof trusted !== 'function') return includes(trusted, issuer)
  try {
    const verdict: unknown = trusted(issuer)
    // Predicates must be synchronous, but an unhandled rejection would terminate the process.
    if (verdict instanceof Promise) verdict.catch(() => undefined)
    return verdict === true
  } catch {
    return false
  }
}

/** Whether the operator listed this issuer, so that unlisted issuers cannot evict it from a cache. */
export function isListed(trust: Trust, role: IssuerRole, issuer: string): boolean {
  const trusted = trustedIn(trust, role)
  return typeof trusted === 'object' && includes(trusted, issuer)
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

/** The lists are copies that nobody changes. Searching ten thousand issuers takes longer than three signature checks. */
function includes(trusted: readonly string[], issuer: string): boolean {
  if (trusted.length < 16) return trusted.includes(issuer)
  let set = sets.get(trusted)
  if (set === undefined) {
    set = new Set(trusted)
    sets.set(trusted, set)
  }
  return set.has(issuer)
}

function trustedIn(trust: Trust, role: IssuerRole): Trusted | undefined {
  return (trust === 'any' ? anybody : trust)[memberOf[role]]
}

/** @throws {TypeError} for a policy that would trust other issuers than its author expects */
export function checkTrust(trust: Trust): Trust {
  if (trust === 'any') return trust
  assert(
    typeof trust === 'object' && trust !== null && !Array.isArray(trust),
    `"trust" is ${quoted(trust)}: write 'any', or the issuers that you trust in each role, such as { agentProviders: 'any', personServers: ['https://ps.example'] }`,
  )
  assertKnownMembers(trust, Object.values(memberOf), '"trust"')
  for (const [role, trusted] of Object.entries(trust) as [string, unknown][]) {
    assert(
      role !== 'accessServers' || trusted !== 'any',
      '"trust.accessServers" is "any", with which any web site could grant any scope: list the access servers',
    )
    if (Array.isArray(trusted)) checkServerIds(trusted, `trust.${role}`)
    assert(
      trusted === undefined || trusted === 'any' || Array.isArray(trusted) || typeof trusted === 'function',
      `"trust.${role}" is ${quoted(trusted)}: write 'any', a list of server identifiers, or a function`,
    )
  }
  const copied = Object.entries(trust).map(([role, trusted]) => [
    role,
    Array.isArray(trusted) ? [...trusted] : trusted,
  ])
  return ownMembers(Object.fromEntries(copied) as TrustPolicy)
}
