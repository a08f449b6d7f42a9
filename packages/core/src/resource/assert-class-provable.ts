import { quoted } from '../wire/quoted.ts'
import type { CompiledRequirement } from './requirement.ts'
import type { ResourceSettings } from './settings.ts'

/** @throws {TypeError} for a route with a class on which any person server could name an agent of that class */
export function assertClassProvable(
  { trust, accessServer, acceptPersonServerTokens }: ResourceSettings,
  { accept, providers, trust: routeTrust }: CompiledRequirement,
): void {
  if (providers === undefined || !accept.has('auth-token')) return
  if (accessServer !== undefined && !acceptPersonServerTokens) return
  const policies = routeTrust === undefined ? [trust] : [trust, routeTrust]
  const personServers = policies.map((some) => (some === 'any' ? 'any' : some.personServers))
  // If "personServers" is left out, no person server is trusted; if it is a list, only those listed are.
  if (personServers.some((trusted) => trusted === undefined || Array.isArray(trusted))) return
  throw new TypeError(
    `"class" is set on a route that accepts auth tokens from any person server, each of which could name an agent of ${providers.map(quoted).join(' or ')}: list the person servers that you trust in "trust.personServers"`,
  )
}
