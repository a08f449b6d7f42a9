import type { Auth, ResourceOptions } from '@aauth-guard/core'
import { decodeToken, type UntrustedToken } from '../inspect/token.ts'
import { nameOf } from '../inspect/token-name.ts'
import { linesOf, type RecordedRequest } from '../recording/recording.ts'
import { isUnsigned, presentedSignature, type UntrustedSignature } from '../recording/signature-fields.ts'
import { relativeTime, utcTime } from '../terminal/relative-time.ts'
import type { Decision } from './decide.ts'
import { failedStep, type Probe, type StepName, stepNames } from './failed-step.ts'

/** One step of the decision. */
export interface Step {
  readonly name: StepName
  /** `unknown`: the recording does not hold what it takes. */
  readonly state: 'passed' | 'failed' | 'unknown' | 'not reached'
  /** What was found, or why not. */
  readonly text: string
}

/** Everything that the texts are made of. */
export interface Explained {
  readonly request: RecordedRequest
  readonly options: ResourceOptions
  /** Seconds: the time at which it is decided. */
  readonly now: number
  readonly decision: Decision
  readonly probe: Probe
}

/** Explains a decision, step by step in the order in which core decides. */
export async function explain({
  request,
  options,
  now,
  decision,
  probe,
}: Explained): Promise<readonly Step[]> {
  const signature = presentedSignature(request)
  const token = signature?.token === undefined ? undefined : await decodeToken(signature.token)
  const iss = token?.claims.iss
  const issuer = typeof iss === 'string' ? iss : undefined
  const isAgentToken = token?.kind === 'agent-token'
  const presented = { signature, issuer, isAgentToken, resource: options.issuer }
  const failed = await failedStep(decision, presented, probe)
  if (failed === undefined && isUnsigned(request))
    return [
      {
        name: 'requirement',
        state: 'passed',
        text: 'the route is optional, and the request has no credential',
      },
    ]
  const last = failed === undefined ? stepNames.length : stepNames.indexOf(failed)
  const facts = { request, options, now, signature, token, auth: decision.auth }
  return stepNames.flatMap((name, at): readonly Step[] => {
    if (name === 'content' && !signature?.covered.includes('content-digest')) return []
    if (at > last) return [{ name, state: 'not reached', text: '' }]
    if (name === failed) return [{ name, state: 'failed', text: reasonOf(decision) }]
    const isUnknown = name === 'content' && request.body === undefined
    return [{ name, state: isUnknown ? 'unknown' : 'passed', text: passed[name](facts) }]
  })
}

function reasonOf({ refusal, missing }: Decision): string {
  const reason = refusal?.hint ?? refusal?.message ?? ''
  const [first] = missing
  return refusal?.code === 'server_error' && first !== undefined
    ? `${new URL(first).origin} has no keys in the configuration: add them to "keys"`
    : reason
}

interface Facts extends Pick<Explained, 'request' | 'options' | 'now'> {
  readonly signature: UntrustedSignature | undefined
  readonly token: UntrustedToken | undefined
  readonly auth: Auth | undefined
}

const passed: Readonly<Record<StepName, (facts: Facts) => string>> = {
  request: ({ request: { method, target, headers } }) =>
    `${method} ${target}, for the host ${linesOf(headers, 'host')[0] ?? 'of the issuer'}`,
  'signature inputs': ({ signature }) =>
    `"${signature?.label}" uses the scheme ${signature?.scheme} and covers ${signature?.covered.join(' ')}`,
  freshness: ({ signature, now, options: { signatureWindow = 60 } }) =>
    `signed ${relativeTime(signature?.created ?? now, now)}, and the window is ${signatureWindow} s`,
  token: ({ token, now }) => {
    const { exp } = token?.claims ?? {}
    const expiry =
      typeof exp === 'number' ? `, which expires ${relativeTime(exp, now)} (${utcTime(exp)})` : ''
    return `${token === undefined ? 'a token' : nameOf(token)}${expiry}`
  },
  issuer: ({ token }) => `${String(token?.claims.iss)} is trusted`,
  'proof of possession': ({ token }) =>
    `the signature verifies with the key in the token, whose thumbprint is ${token?.thumbprint}`,
  'keys of the issuer': ({ token }) =>
    `the token verifies with the key "${String(token?.header.kid)}" of ${String(token?.claims.iss)}`,
  content: ({ request: { body } }) =>
    body === undefined
      ? 'the content was not recorded, so it was not compared with the digest that is signed'
      : 'the content has the digest that is signed',
  mission: ({ token }) => {
    const { mission_s256: s256, mission } = token?.claims ?? {}
    return s256 === undefined && mission === undefined
      ? 'the token carries none'
      : 'the token carries one; whether it was terminated is not looked up'
  },
  requirement: ({ auth }) => {
    const scopes = auth?.scopes.join(' ') ?? ''
    return `the ${auth?.type.replace('-', ' ')} is enough${scopes === '' ? '' : `, with the scope ${scopes}`}`
  },
}
