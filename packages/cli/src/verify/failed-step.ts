import type { UntrustedSignature } from '../recording/signature-fields.ts'
import type { Changes, Decision } from './decide.ts'

/** What is looked at, in the order in which core looks at it. */
export const stepNames = [
  'request',
  'signature inputs',
  'freshness',
  'token',
  'issuer',
  'proof of possession',
  'keys of the issuer',
  'content',
  'mission',
  'requirement',
] as const
export type StepName = (typeof stepNames)[number]

/** What a request shows of itself. */
export interface Presented {
  readonly signature: UntrustedSignature | undefined
  /** `iss` of its token. */
  readonly issuer: string | undefined
  readonly isAgentToken: boolean
  /** The resource it is for. */
  readonly resource: string
}

/** Decides the same request with changes. */
export type Probe = (changes: Changes, now?: number) => Promise<Decision>

/** Every token counts, whoever issued it, and every kind is enough. */
function trustsAll({ issuer, resource, isAgentToken }: Presented): Changes {
  // A resource that is an issuer itself trusts itself only where it is listed.
  const isOwn = issuer === resource
  return {
    options: {
      trust: {
        agentProviders: isOwn && isAgentToken ? [resource] : 'any',
        personServers: isOwn ? [resource] : 'any',
        accessServers: isOwn ? [resource] : () => true,
      },
    },
    without: ['accessServer', 'acceptPersonServerTokens', 'scopes', 'defaultScope', 'require'],
    requirement: { accept: ['agent-token', 'person-token', 'auth-token'] },
  }
}

/**
 * At which step a request was refused. The code of a refusal alone does not say; where it could be two steps, the request
 * is decided once more without one of them.
 */
export async function failedStep(
  { refusal, ended, asked }: Decision,
  presented: Presented,
  probe: Probe,
): Promise<StepName | undefined> {
  if (refusal === undefined) return undefined
  const { code } = refusal
  if (ended.has('mission')) return 'requirement'
  if (ended.has('verify')) return 'mission'
  if (!ended.has('read')) {
    if (code === 'invalid_request') return 'request'
    if (code === 'clock_skew') return 'freshness'
    const isOld = code === 'invalid_signature' && (await isStale(refusal.hint, presented.signature, probe))
    return isOld ? 'freshness' : 'signature inputs'
  }
  switch (code) {
    case 'invalid_signature': {
      const unread = await probe({ content: 'unknown' })
      return unread.refusal?.hint === refusal.hint ? 'proof of possession' : 'content'
    }
    case 'invalid_key':
    case 'unsupported_algorithm':
    case 'expired_jwt':
      return 'token'
    case 'invalid_request':
      return 'mission'
    case 'invalid_jwt':
    case 'clock_skew': {
      // Keys are asked for once the token, its issuer and the possession of its key are as they should be.
      if (asked.length > 0) return 'keys of the issuer'
      const trusted = await probe(trustsAll(presented))
      return trusted.refusal?.hint === refusal.hint ? 'token' : 'issuer'
    }
    default:
      return 'keys of the issuer'
  }
}

/** Whether it would have gone on at the time at which it was signed. */
async function isStale(
  hint: string | undefined,
  signature: UntrustedSignature | undefined,
  probe: Probe,
): Promise<boolean> {
  const { created } = signature ?? {}
  if (created === undefined) return false
  // "expires" before "created" is fresh at no time.
  return hint?.startsWith('"expires"') || (await probe({}, created)).refusal?.hint !== hint
}
