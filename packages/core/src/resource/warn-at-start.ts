import type { ResourceSettings } from './settings.ts'
import type { ResourceState } from './state.ts'

/** Prints warnings about the limits of the options, once per resource. */
export function warnAtStart(state: ResourceState): void {
  warnOfUnfetchableIssuers(state)
  warnOfUnboundAgents(state.settings)
  warnOfMissingKey(state.settings)
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

/** Only in a development world is `issuer` not https. Its trust is not what the operator wrote. */
function isInDevelopment({ issuer }: ResourceSettings): boolean {
  return issuer.startsWith('http:')
}

/** Warns that the option does not affect tokens of draft 11, which do not name an agent provider. */
function warnOfUnboundAgents(settings: ResourceSettings): void {
  const { trust, generations } = settings
  const binds = trust !== 'any' && trust.agentProviders !== undefined && trust.agentProviders !== 'any'
  if (!binds || generations.size < 2 || isInDevelopment(settings)) return
  console.warn(
    'aauth-guard: "trust.agentProviders" does not apply to person tokens and auth tokens of draft 11, which do not name an agent provider: set "generations" to [\'mission-header\'] to refuse them',
  )
}

/** In development there is one process, and its tokens need not outlive it. */
function warnOfMissingKey(settings: ResourceSettings): void {
  if (settings.signingKey !== undefined || isInDevelopment(settings)) return
  console.warn(
    'aauth-guard: "signingKey" is missing, so resource tokens are signed with a key in the memory of this process, and do not verify in other processes or after a restart: make a key with `npx @aauth-guard/cli keygen --out signing-key.json`',
  )
}
