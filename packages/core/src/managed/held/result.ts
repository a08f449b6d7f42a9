import { ownMembers } from '../../assert/own-members.ts'
import { AAuthError, isAAuthError } from '../../errors/aauth-error.ts'
import { type Answer, answer } from '../../errors/answer.ts'

/** What `run` returns. It is kept, and sent to whoever presents the auth token that ran the call. */
export interface HeldResult {
  /** 200 to 599, without 202, which says that a call still waits. */
  readonly status: number
  /** Default `content-type: text/plain; charset=utf-8` if there is a body. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as UTF-8. Default empty. Not sent with 204, 205 and 304, which have no content. */
  readonly body?: string
}

/**
 * What would frame another message or stop HTTP/2 from sending it, what a text is not encoded with, and what would be read as
 * an answer of the protocol.
 */
const dropped: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'aauth-requirement',
])

/** RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5. */
const withoutContent: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * A result as an answer that no cache stores.
 * @throws {TypeError} for what is not a result
 */
export function asAnswer(result: HeldResult): Answer {
  if (typeof result !== 'object' || result === null)
    throw new TypeError('"run" did not return a result: return { status, headers, body }')
  const { status, headers = {}, body = '' } = ownMembers(result)
  if (!Number.isInteger(status) || status < 200 || status > 599 || status === 202)
    throw new TypeError('"status" of a result is not a number from 200 to 599 other than 202')
  if (typeof body !== 'string') throw new TypeError('"body" of a result is not a string')
  // Names and values that cannot be sent throw here, and not in the adapter.
  const sent = new Headers({ ...headers })
  for (const name of dropped) sent.delete(name)
  sent.set('cache-control', 'no-store')
  const text = withoutContent.has(status) ? '' : body
  // Hosts would choose different ones.
  if (text !== '' && !sent.has('content-type')) sent.set('content-type', 'text/plain; charset=utf-8')
  return { status, headers: Object.freeze(Object.fromEntries(sent)), body: text }
}

/** The answer to a refusal that `run` threw. Anything else that it throws tells nobody whether it had an effect. */
export function refusalOf(thrown: unknown): Promise<Answer> | undefined {
  return isAAuthError(thrown) ? answer(thrown) : undefined
}

/** An answer within the limit, or one that says that the call ran and its result is lost. */
export async function withinLimit(given: Answer, maxResult: number): Promise<Answer> {
  const { headers, body } = given
  const text = JSON.stringify(headers) + body
  // A character has three octets at most.
  if (text.length * 3 <= maxResult || new TextEncoder().encode(text).length <= maxResult) return given
  return answer(
    new AAuthError('server_error', {
      detail: 'The call was run. Its result was too large to keep.',
      hint: `the result has more than ${maxResult} octets: return less, or raise "maxResult"`,
      permanent: true,
    }),
  )
}
