import { ownMembers } from '../assert/own-members.ts'
import {
  type AAuthErrorCode,
  detailOf,
  isErrorCode,
  isSignatureError,
  type RefusalDetails,
  rowOf,
} from './error-codes.ts'
import type { ErrorContext } from './error-context.ts'
import { checkPayment } from './payment.ts'
import { headersOf } from './refusal-headers.ts'

export type { AAuthErrorCode, RefusalDetails, RequirementName, SignatureErrorCode } from './error-codes.ts'
export { acceptedAlgorithms } from './refusal-headers.ts'

let setContext: (error: Error, context: ErrorContext) => void

/** Says which resource refuses. An error of another copy of this package stays as it is. */
export function setErrorContext(error: Error, context: ErrorContext): void {
  setContext(error, context)
}

/**
 * A refusal: everything an adapter needs to answer, and a {@link AAuthError.hint} for the log.
 *
 * Branch on `code`, never on `message`. {@link AAuthError.headers} and {@link AAuthError.problem} are exactly what the protocol asks for.
 *
 * @example
 * ```ts
 * import { authorize, isAAuthError } from '@aauth-guard/core'
 * import type { Resource, SignedRequest } from '@aauth-guard/core'
 *
 * export async function mayPass(resource: Resource, request: SignedRequest): Promise<boolean> {
 *   try {
 *     await authorize(resource, request)
 *     return true
 *   } catch (error) {
 *     if (isAAuthError(error)) console.info(error.code, error.hint)
 *     return false
 *   }
 * }
 * ```
 */
export class AAuthError extends Error {
  static {
    setContext = (error, context) => {
      if (#context in error) error.#context = context
    }
  }

  override readonly name = 'AAuthError'
  readonly code: AAuthErrorCode
  /** HTTP status. */
  readonly status: number
  /** Whether `message` may be shown to the caller; always true, since it is a fixed sentence. */
  readonly expose: boolean = true
  /** For the operator's log; may quote the request. Never on the wire. */
  readonly hint: string | undefined
  readonly #details: RefusalDetails
  #context: ErrorContext | undefined

  /** @throws {TypeError} for a payment that cannot be sent */
  constructor(code: AAuthErrorCode, details: RefusalDetails = noDetails) {
    const row = rowOf(code, details)
    const message = detailOf(row, details)
    const options = Object.hasOwn(details, 'cause') ? { cause: details.cause } : undefined
    // A refusal is an answer, not a crash; capturing a stack would cost more than the checks that led here. Nothing
    // between these lines may throw, or no other error of the process had a stack from then on.
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = limit
    this.code = code
    this.status = row.status
    this.#details =
      row.status === 402 ? { ...ownMembers(details), payment: checkPayment(details.payment) } : details
    const hint = Object.hasOwn(details, 'hint') ? details.hint : undefined
    this.hint = hint === undefined ? undefined : printable(hint)
  }

  /** Response headers in lower case, without `content-type` and framing. */
  get headers(): Readonly<Record<string, string>> {
    return headersOf(this.code, ownMembers(this.#details), this.#context)
  }

  /** The problem document (RFC 9457) that goes with it. For `pending` it is the body of a 202, which is not a problem. */
  get problem(): Readonly<Record<string, unknown>> {
    const { code } = this
    const { deferred } = ownMembers(this.#details)
    if (deferred !== undefined) return deferred.body
    const row = rowOf(code, this.#details)
    const { status } = row
    const detail = detailOf(row, this.#details)
    // The type URN is mandatory beside Signature-Error (Signature Keys 09 §5.2); AAuth reads `error` (ERR-2),
    // agents of drafts 01-08 `error_description` (ERR-1).
    const types = isSignatureError(code) ? 'urn:ietf:params:sig-error:' : this.#context?.problemTypes
    const type = types === undefined ? {} : { type: `${types}${code}` }
    const payment = status === 402 ? ownMembers(this.#details).payment?.body : undefined
    const problem = { ...payment, ...type, status, error: code, detail, error_description: detail }
    if (code !== 'mission_terminated') return problem
    // The members that person servers use (draft 11 §8.8, MISS-9).
    const { terminationReason } = ownMembers(this.#details)
    return { ...problem, mission_status: 'terminated', termination_reason: terminationReason }
  }
}

const noDetails: RefusalDetails = {}

const visible = /^[\x20-\x7e]*$/

/** Text of a request that cannot forge another line of a log (P05). */
function printable(hint: string): string {
  const plain = visible.test(hint) ? hint : hint.replace(/[^\x20-\x7e]/g, '\ufffd')
  return plain.length > 512 ? plain.slice(0, 512) : plain
}

/** Whether `value` is a refusal, also one made by another copy of this package. */
export function isAAuthError(value: unknown): value is AAuthError {
  if (!(value instanceof Error) || value.name !== 'AAuthError') return false
  const { code } = value as { code?: unknown }
  return typeof code === 'string' && isErrorCode(code)
}
