import { quoted } from '../wire/quoted.ts'
import type { CompiledRequirement } from './requirement.ts'
import type { ResourceSettings } from './settings.ts'

/** @throws {TypeError} for a class on a route where any person server could name an agent of that class */
export function assertClassProvable(
  { trust, accessServer, acceptPersonServerTokens }: ResourceSettings,
  { accept, providers, trust: routeTrust }: CompiledRequirement,
): void {
  if (providers === undefined || !accept.has('auth-token')) return
  if (accessServer !== undefined && !acceptPersonServerTokens) return
  const policies = routeTrust === undefined ? [trust] : [trust, routeTrust]
  const personServers = policies.map((some) => (some === 'any' ? 'any' : some.personServers))
  // One that is left out admits nobody, and a list names whom it admits.
  if (personServers.some((trusted) => trusted === undefined || Array.isArray(trusted))) return
  throw new TypeError(
    `"class" is required where auth tokens of any person server count, and any of them could name an agent of ${providers.map(quoted).join(' or ')}: list the person servers that you believe in "trust.personServers"`,
  )
}
