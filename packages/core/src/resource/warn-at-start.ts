import type { ResourceSettings } from './settings.ts'
import type { ResourceState } from './state.ts'

/** Prints warnings about the limits of the options, once per resource. */
export function warnAtStart(state: ResourceState): void {
  warnOfUnfetchableIssuers(state)
  warnOfUnboundAgents(state.settings)
}

/** Warns that unlisted issuers are refused if the platform cannot check addresses (Q15). */
function warnOfUnfetchableIssuers({ platform, settings: { fetch, trust } }: ResourceState): void {
  if (platform.guardedFetch !== undefined || fetch !== undefined) return
  const everybody = trust === 'any' ? [trust] : Object.values(trust)
  if (everybody.every((trusted) => trusted === undefined || Array.isArray(trusted))) return
  console.warn(
    'aauth-guard: this runtime cannot check the addresses it dials, so keys are fetched only for issuers listed in "trust": list the issuers whose tokens you want to accept',
  )
}

/** Warns that the option does not affect tokens of draft 11, which do not name an agent provider. */
function warnOfUnboundAgents({ issuer, trust, generations }: ResourceSettings): void {
  // The trust of a development world was not written by the operator.
  if (issuer.startsWith('http:')) return
  const binds = trust !== 'any' && trust.agentProviders !== undefined && trust.agentProviders !== 'any'
  if (!binds || generations.size < 2) return
  console.warn(
    'aauth-guard: "trust.agentProviders" does not apply to person tokens and auth tokens of draft 11, which do not name an agent provider: set "generations" to [\'mission-header\'] to refuse them',
  )
}
