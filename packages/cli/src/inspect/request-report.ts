import { linesOf, type RecordedRequest } from '../recording/recording.ts'
import {
  isUnsigned,
  presentedSignature,
  readSignatures,
  type UntrustedSignature,
} from '../recording/signature-fields.ts'
import { type ReportedTime, reportToken, type TokenReport, timesIn, type Verifier } from './token-report.ts'

/** What a request shows of itself. */
export interface RequestReport {
  readonly method: string
  readonly target: string
  readonly headers: RecordedRequest['headers']
  readonly signatures: readonly SignatureReport[]
  /** Why a resource would refuse the signature before it looks at the token. */
  readonly faults: readonly string[]
  readonly token: TokenReport | undefined
  readonly asks: readonly string[]
  readonly answer: RecordedRequest['answer']
}

export interface SignatureReport extends Omit<UntrustedSignature, 'token'> {
  readonly times: readonly ReportedTime[]
}

/** What every signature covers (draft 11 §11.3.3.1). */
const required = ['@method', '@authority', '@path', 'signature-key']
/** Seconds that a resource gives `created` where it sets no other window. */
const usualWindow = 60

export async function reportRequest(
  request: RecordedRequest,
  now: number,
  verify: Verifier,
): Promise<RequestReport> {
  const { method, target, headers, answer } = request
  const read = isUnsigned(request) ? [] : readSignatures(request)
  const signatures = typeof read === 'string' ? [] : read
  const selected = presentedSignature(request)
  const token =
    selected?.token === undefined ? undefined : await reportToken(selected.token, now, verify, true)
  const faults =
    typeof read === 'string' ? [read] : selected === undefined ? [] : faultsOf(request, selected, now)
  return {
    method,
    target,
    headers,
    signatures: signatures.map(({ token: _, ...signature }) => ({
      ...signature,
      times: timesIn({ ...signature }, ['created', 'expires'], now),
    })),
    faults,
    token,
    asks: isUnsigned(request)
      ? [unsigned]
      : [...faults.map((fault) => `a signature: ${fault}`), ...(token?.asks ?? [])],
    answer,
  }
}

const unsigned =
  'a signature: without one it answers 401, and "AAuth-Requirement" says with which token the agent signs: an agent token, or in draft 11 alone a person token'

function faultsOf(
  { headers }: RecordedRequest,
  signature: UntrustedSignature,
  now: number,
): readonly string[] {
  const { covered, created, expires, scheme, token, isSigned, label } = signature
  const present = ['authorization', 'aauth-mission'].filter((name) =>
    linesOf(headers, name).some((value) => name !== 'authorization' || /^aauth(?: |$)/i.test(value)),
  )
  const missing = [...required, ...present].filter((name) => !covered.includes(name))
  const age = created === undefined ? undefined : now - created
  return [
    ...(isSigned ? [] : [`"${label}" is not in Signature`]),
    ...(scheme === 'jwt' ? [] : [`"${label}" of Signature-Key does not use the scheme jwt`]),
    ...(scheme === 'jwt' && token === undefined ? [`"${label}" of Signature-Key has no jwt`] : []),
    ...(missing.length === 0 ? [] : [`it does not cover ${missing.join(', ')}`]),
    ...(age === undefined ? ['"created" is missing'] : []),
    ...(age !== undefined && age > usualWindow
      ? [`"created" is ${age} s old, and the usual window is ${usualWindow} s`]
      : []),
    ...(age !== undefined && age < -usualWindow ? [`"created" is ${-age} s ahead of this clock`] : []),
    ...(expires !== undefined && expires <= now ? ['"expires" has passed'] : []),
  ]
}
