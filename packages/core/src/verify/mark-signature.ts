import { AAuthError } from '../errors/aauth-error.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { ResourceSettings } from '../resource/settings.ts'
import type { ResourceState } from '../resource/state.ts'
import { begin } from '../stores/begin.ts'
import { markUsed } from '../stores/replay-store.ts'
import { quoted } from '../wire/quoted.ts'
import type { PossessionProof } from './possession.ts'

/**
 * Makes a function that marks the signature of one request as used. All guards of a route share it: the signature is
 * marked at most once, and each guard gets the outcome (REPLAY-2, E23). If the store does not answer, marking is not
 * repeated.
 */
export function signatureMarker(
  state: ResourceState,
  proof: PossessionProof,
  token: VerifiedToken,
  now: number,
  budget: WaitBudget,
): () => Promise<void> {
  let marked: Promise<void> | undefined
  return () => {
    marked ??= markSignature(state, proof, token, now, budget)
    return marked
  }
}

/**
 * Marks the signature base and not the signature octets, which an ECDSA signer can vary.
 * @throws {AAuthError} `invalid_signature` for a signature that was used before, `rate_limited`, `server_error`
 */
async function markSignature(
  { clocks, platform, replays, settings }: ResourceState,
  { signature: { created }, base }: PossessionProof,
  { claims: { iss: issuer }, source: { named: listed }, thumbprint: owner }: VerifiedToken,
  now: number,
  budget: WaitBudget,
): Promise<void> {
  const { signatureWindow: window } = settings
  const until = created + window
  const fingerprint = await platform.sha256(base.join(''))
  const mark = { issuer, owner, fingerprint, until, window, listed }
  const marked = begin(() => markUsed(replays, mark, budget))
  // The clock is compared in the same go as the mark is sent, and judged first.
  await clocks?.compare(['replays'], budget)
  const verdict = await marked()
  switch (verdict) {
    case 'first':
      return
    case 'repeated':
      throw new AAuthError('invalid_signature', {
        detail: 'The signature was already used: sign again with a new `created` or a `nonce`.',
        hint: 'the signature was already used: sign each request anew, with a "nonce" if two requests within one second are identical',
      })
    case 'full':
      throw new AAuthError('rate_limited', {
        hint: `the signatures of issuer ${quoted(issuer)} or of its key ${owner} fill their share: raise ${limitsOf(settings, listed)}`,
        retryAfter: window,
      })
    case 'unknown':
      // A second later `created` differs, and therefore the signature.
      throw new AAuthError('server_error', { hint: clocksDiffer(until, window, now), retryAfter: 1 })
  }
}

/** The limits of a shared store are its own. */
function limitsOf({ stores }: ResourceSettings, listed: boolean): string {
  if (stores.replays !== undefined) return 'the limits of "stores.replays"'
  return `"limits.${listed ? 'replaysPerIssuer' : 'replays'}" or "limits.replaysPerKey"`
}

function clocksDiffer(until: number, window: number, now: number): string {
  return (
    `"stores.replays" cannot tell whether a signature that is fresh until ${until} was used before: the clock of the ` +
    `resource is at ${now}, and that of the store is at ${until + 60} or later, or before ${until - 2 * window - 60}, ` +
    'or went back: set both clocks by NTP. A store that was prepared after a loss cannot tell for ' +
    `${2 * window + 60} s either`
  )
}
