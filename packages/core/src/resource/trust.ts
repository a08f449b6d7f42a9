import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkServerIds } from '../token/check-server-ids.ts'
import type { IssuerRole } from '../token/kinds.ts'
import { quoted } from '../wire/quoted.ts'

/** Which issuers are admitted for a role: all, those listed, or those a predicate accepts. */
export type Trusted = 'any' | readonly string[] | ((issuer: string) => boolean)

/**
 * Which issuers a resource believes, role by role. A role left out admits nobody. There is no `'any'` for access
 * servers: any web site could then grant any scope (R11-063).
 */
export interface TrustPolicy {
  /** Who may say which agent is calling. */
  readonly agentProviders?: Trusted
  /** Who may say which person an agent works for, and grant that person's scopes. */
  readonly personServers?: Trusted
  /** Who may grant access in the name of this resource. */
  readonly accessServers?: Exclude<Trusted, 'any'>
}

/** `'any'`: any agent provider, any person server, no access server. */
export type Trust = 'any' | TrustPolicy

const anybody: TrustPolicy = ownMembers({ agentProviders: 'any', personServers: 'any' })
/** The member of {@link TrustPolicy} for each role. */
export const memberOf: Readonly<Record<IssuerRole, keyof TrustPolicy>> = {
  'agent-provider': 'agentProviders',
  'person-server': 'personServers',
  'access-server': 'accessServers',
}

/** Whether `trust` admits `issuer` in `role`. A predicate that throws admits nobody. */
export function admits(trust: Trust, role: IssuerRole, issuer: string): boolean {
  const trusted = trustedIn(trust, role)
  if (trusted === undefined) return false
  if (trusted === 'any') return true
  if (typeof trusted !== 'function') return trusted.includes(issuer)
  try {
    const verdict: unknown = trusted(issuer)
    // Not asynchronous, and a rejection that nobody handles would end the process.
    if (verdict instanceof Promise) verdict.catch(() => undefined)
    return verdict === true
  } catch {
    return false
  }
}

/** Whether a list of the operator names this very issuer, so that unlisted issuers cannot evict it from a cache. */
export function isListed(trust: Trust, role: IssuerRole, issuer: string): boolean {
  const trusted = trustedIn(trust, role)
  return Array.isArray(trusted) && trusted.includes(issuer)
}

function trustedIn(trust: Trust, role: IssuerRole): Trusted | undefined {
  return (trust === 'any' ? anybody : trust)[memberOf[role]]
}

/** @throws {TypeError} for a policy that would admit other issuers than it seems to */
export function checkTrust(trust: Trust): Trust {
  if (trust === 'any') return trust
  assert(
    typeof trust === 'object' && trust !== null && !Array.isArray(trust),
    `"trust" is ${quoted(trust)}: write 'any', or say whom you trust as what, such as { agentProviders: 'any', personServers: ['https://ps.example'] }`,
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
