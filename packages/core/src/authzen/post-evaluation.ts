import { abortable, readCapped } from '../keys/fetch-document.ts'
import { asObject, type JsonObject, parseJsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'
import { PdpFault } from './pdp-fault.ts'

/** Octets of an answer. */
const maxAnswer = 65_536
/** Objects, arrays, strings, numbers and literals of an answer. */
const maxValues = 4096

/** A decision of a policy server. */
export interface PdpAnswer {
  readonly decision: boolean
  /** The reason that the policy server gave, as text of any length. For the operator only. */
  readonly reason: string | undefined
}

/** One call of a policy server. */
export interface PdpCall {
  readonly url: string
  readonly fetcher: typeof fetch
  /** Sent as `Authorization`. */
  readonly credential: string | undefined
  /** Sent as `X-Request-ID`. */
  readonly id: string
  /** JSON. */
  readonly content: string
  readonly signal: AbortSignal
}

/**
 * Posts an access evaluation request (AuthZEN 1.0, HTTPS binding). Only an answer with status 200 is a decision.
 * @throws {PdpFault} for every other answer, and for none (the promise rejects); anything once `signal` is aborted
 */
export async function postEvaluation(call: PdpCall): Promise<PdpAnswer> {
  const { signal, credential } = call
  const response = await send(call)
  const fault = faultOf(response, call)
  if (fault !== undefined) {
    response.body?.cancel().catch(() => undefined)
    throw fault
  }
  const bytes = await readCapped(response, maxAnswer, signal).catch((error: unknown) => {
    throw new PdpFault(`broke off its answer${codeOf(error)}`, true)
  })
  if (bytes === undefined) throw new PdpFault(`answered with more than ${maxAnswer} octets`, false)
  const json = parseJsonObject(bytes, maxValues)
  if (json === undefined) throw new PdpFault('answered with something that is not one JSON object', false)
  const { decision } = json
  if (typeof decision !== 'boolean')
    throw new PdpFault('answered with a "decision" that is neither true nor false', false)
  return { decision, reason: decision ? undefined : withoutCredential(reasonOf(json), credential) }
}

async function send({ url, fetcher, credential, id, content, signal }: PdpCall): Promise<Response> {
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'user-agent': 'aauth-guard',
    'x-request-id': id,
    ...(credential !== undefined && { authorization: credential }),
  }
  try {
    const request = { method: 'POST', redirect: 'manual', headers, body: content, signal } as const
    return await abortable(fetcher(url, request), signal)
  } catch (error) {
    // The text of an error of `fetch` may contain header fields.
    throw new PdpFault(`could not be reached${codeOf(error)}`, true)
  }
}

function faultOf({ status, type, headers }: Response, { id }: PdpCall): PdpFault | undefined {
  // A browser-like fetch hides a redirect behind status 0.
  if (type === 'opaqueredirect' || (status >= 300 && status < 400))
    return new PdpFault('answered with a redirect, which is not followed: correct "pdp"', false)
  if (status !== 200)
    return new PdpFault(`answered with status ${status}${remedyFor(status)}`, isDown(status))
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity')
    return new PdpFault('answered in a content coding that was not asked for', false)
  const [mediaType = ''] = (headers.get('content-type') ?? '').split(';', 1)
  if (mediaType.trim().toLowerCase() !== 'application/json')
    return new PdpFault('answered with content that is not application/json', false)
  // Policy servers that ignore the identifier are in use. One that sends another answers another request.
  if ((headers.get('x-request-id') ?? id) !== id)
    return new PdpFault('answered with the X-Request-ID of another request', false)
  return undefined
}

/**
 * Whether a status says that the policy server is down or overloaded. A single evaluation request may cause a 500, so it
 * must not suspend the calls for all callers.
 */
function isDown(status: number): boolean {
  return status === 429 || (status > 500 && status < 600)
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return ': check "credential"'
  if (status === 404 || status === 405) return ': check "pdp"'
  if (status === 400) return ': check "map", and the log of the policy server'
  return ''
}

const codePattern = /^[A-Z][A-Z0-9_]{1,63}$/

/** The code of an error or of what caused it, such as ECONNREFUSED. */
function codeOf(error: unknown): string {
  let cause = error
  for (let depth = 0; depth < 4 && typeof cause === 'object' && cause !== null; depth++) {
    const { code, cause: next } = cause as { readonly code?: unknown; readonly cause?: unknown }
    if (typeof code === 'string' && codePattern.test(code)) return ` (${code})`
    cause = next
  }
  return ''
}

/** Members in which policy servers tell the reason of a denial, the one for administrators first. */
const reasonMembers = ['reason_admin', 'reason', 'reason_user', 'error', 'id'] as const

function reasonOf({ context }: JsonObject): string | undefined {
  const members = asObject(context)
  const reason = members && reasonMembers.map((name) => members[name]).find((value) => value !== undefined)
  return typeof reason === 'string' || reason === undefined ? reason : JSON.stringify(reason)
}

/** A policy server may repeat what it was sent. */
function withoutCredential(reason: string | undefined, credential: string | undefined): string | undefined {
  if (reason === undefined || credential === undefined) return reason
  const secrets = [credential, ...credential.split(' ').slice(1)].filter((part) => part !== '')
  const isShown = secrets.some((part) => reason.includes(part) || reason.includes(quoted(part).slice(1, -1)))
  return isShown ? 'withheld, since it contains the credential' : reason
}
