import { demand } from '../demand.ts'
import { ownMembers } from '../own-members.ts'
import { isServerId } from '../token/identifiers.ts'
import type { IssuerRole } from '../token/kinds.ts'

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
const memberOf = {
  'agent-provider': 'agentProviders',
  'person-server': 'personServers',
  'access-server': 'accessServers',
} as const satisfies Record<IssuerRole, keyof TrustPolicy>

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

/** Whether the operator wrote this very issuer down, so that strangers cannot push it out of a cache. */
export function names(trust: Trust, role: IssuerRole, issuer: string): boolean {
  const trusted = trustedIn(trust, role)
  return Array.isArray(trusted) && trusted.includes(issuer)
}

function trustedIn(trust: Trust, role: IssuerRole): Trusted | undefined {
  return (trust === 'any' ? anybody : trust)[memberOf[role]]
}

/** @throws {TypeError} for a policy that would admit other issuers than it seems to */
export function checkTrust(trust: Trust): Trust {
  if (trust === 'any') return trust
  demand(
    typeof trust === 'object' && trust !== null,
    '"trust" must be \'any\' or { agentProviders, personServers, accessServers }',
  )
  for (const [role, trusted] of Object.entries(trust) as [string, unknown][]) {
    demand(Object.values<string>(memberOf).includes(role), `"trust" has no role "${role}"`)
    demand(
      role !== 'accessServers' || trusted !== 'any',
      '"trust.accessServers" must name its servers: any web site could grant any scope otherwise',
    )
    demand(
      !Array.isArray(trusted) || trusted.every(isServerId),
      `"trust.${role}" lists what is no server identifier: ${trusted}`,
    )
    demand(
      trusted === undefined || trusted === 'any' || Array.isArray(trusted) || typeof trusted === 'function',
      `"trust.${role}" must be 'any', a list or a function`,
    )
  }
  const copied = Object.entries(trust).map(([role, trusted]) => [
    role,
    Array.isArray(trusted) ? [...trusted] : trusted,
  ])
  return ownMembers(Object.fromEntries(copied) as TrustPolicy)
}
