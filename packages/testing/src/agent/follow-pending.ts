import { type AskedRequirement, readRequirement } from './asked-requirement.ts'
import { interactionAt, letTimePass, withCapabilities } from './deferral.ts'
import type { OngoingCall } from './ongoing-call.ts'
import type { AgentRequest } from './requests.ts'

/** A resource that defers an answer to a URL at which an agent must not ask for it. */
export class PendingUrlError extends Error {
  override readonly name = 'PendingUrlError'
  /** `Location` of the answer. */
  readonly location: string

  constructor(called: string, location: string) {
    super(
      `${called} answered 202 with "Location: ${location.slice(0, 128)}", which is not a URL of the same origin: nothing was sent there`,
    )
    this.location = location
  }
}

/** What came of a pending request. */
export interface Followed {
  readonly response: Response
  /** Whether the call is to be sent again, because it was agreed to and has not run. */
  readonly isAuthorized: boolean
}

/** A resource that never decides is left alone after so many polls, and one that keeps asking after so many questions. */
const maxPolls = 1000
const maxQuestions = 10
/** Seconds; what a resource says is kept within these bounds. */
const usualPause = 5
const longestPause = 3600
/** Seconds for which a resource is asked to hold a poll. */
const longPoll = 5

/** Whether an answer is to be fetched later (draft 11 §11.8.2). An application may have 202 answers of its own. */
export async function isDeferred(response: Response): Promise<boolean> {
  if (response.status !== 202 || response.headers.get('location') === null) return false
  if (readRequirement(response) !== undefined) return true
  const { status } = await readMembers(response)
  return status === 'pending' || status === 'interacting'
}

/**
 * Polls until the answer is final, and meets what the resource asks for meanwhile (draft 11 §11.8).
 * @throws {PendingUrlError}
 * @throws {ExchangeError} for a resource token or auth token that is not what it must be
 * @throws {TokenRefused}
 */
export async function followPending(call: OngoingCall, first: Response): Promise<Followed> {
  const pending = new PendingRequestOfCall(
    call,
    pendingUrl(call.terms.url, first.headers.get('location') ?? ''),
  )
  const response = await pending.follow(first)
  const isAuthorized =
    !pending.isHeld &&
    response.ok &&
    response.status !== 202 &&
    (await readMembers(response)).status === 'authorized'
  return { response, isAuthorized }
}

/** What follows an answer: another poll, or the answer to something that was sent to the pending URL. */
type Next = 'final' | 'poll-now' | 'poll-later' | Response

class PendingRequestOfCall {
  /** Whether the call waits for an auth token, so that the final answer is its result. */
  isHeld = false
  readonly #call: OngoingCall
  readonly #url: string
  /** Codes and resource tokens that were met. */
  readonly #met = new Set<string>()
  #questions = 0
  #isCancelled = false
  #pause = usualPause

  constructor(call: OngoingCall, url: string) {
    this.#call = call
    this.#url = url
  }

  async follow(first: Response): Promise<Response> {
    const { net, options } = this.#call.terms
    const { pause = (seconds: number) => letTimePass(net, seconds) } = options
    let answer = first
    for (;;) {
      const next = await this.#answerTo(answer)
      if (next instanceof Response) {
        answer = next
        continue
      }
      if (next === 'final' || this.#call.polls >= maxPolls) return answer
      if (next === 'poll-later') await pause(this.#pause)
      this.#call.polls += 1
      answer = await this.#send(options.pause ? {} : { headers: { prefer: `wait=${longPoll}` } })
    }
  }

  async #answerTo(answer: Response): Promise<Next> {
    const { status } = answer
    if (status === 429 || status === 503) {
      // The request lives on (R11-214).
      this.#pause = retryAfterOf(answer) ?? this.#pause + usualPause
      return 'poll-later'
    }
    const asked = readRequirement(answer)
    if (status === 401) return (await this.#call.meet(asked)) ? 'poll-now' : 'final'
    if (status !== 202 || this.#isCancelled) return 'final'
    this.#pause = retryAfterOf(answer) ?? this.#pause
    return asked === undefined ? 'poll-later' : this.#meet(asked, answer)
  }

  async #meet(asked: AskedRequirement, answer: Response): Promise<Next> {
    const { name, code, resourceToken } = asked
    const id = code ?? resourceToken ?? name
    if (name !== 'clarification' && this.#met.has(id)) return 'poll-later'
    this.#met.add(id)
    if (name === 'auth-token') {
      this.isHeld = true
      return (await this.#call.meet(asked)) ? 'poll-now' : 'final'
    }
    this.#call.record(asked)
    if (name === 'approval') return 'poll-later'
    if (name === 'interaction') return this.#interact(asked)
    return name === 'clarification' ? this.#clarify(answer) : 'final'
  }

  async #interact({ url, code }: AskedRequirement): Promise<Next> {
    const { onInteraction, callback } = this.#call.terms.options
    if (onInteraction === undefined || url === undefined || code === undefined) return 'final'
    await onInteraction(interactionAt(url, code, callback))
    return 'poll-now'
  }

  async #clarify(answer: Response): Promise<Next> {
    const { onClarification } = this.#call.terms.options
    const { clarification, options, timeout } = await readMembers(answer)
    this.#questions += 1
    if (onClarification === undefined || typeof clarification !== 'string' || this.#questions > maxQuestions)
      return 'final'
    const said = await onClarification(clarification, {
      options: Array.isArray(options) ? options.filter((option) => typeof option === 'string') : [],
      ...(typeof timeout === 'number' && { timeout }),
    })
    if (said !== undefined) return this.#post(said)
    this.#isCancelled = true
    await this.#send({ method: 'DELETE' })
    return 'poll-now'
  }

  #post(said: string): Promise<Response> {
    const body = JSON.stringify({ action: 'clarification_response', clarification_response: said })
    const headers = { 'content-type': 'application/json' }
    return this.#send({ method: 'POST', headers, body }, true)
  }

  #send(request: AgentRequest, digest = false): Promise<Response> {
    const asking = withCapabilities(request, this.#call.terms.options)
    return this.#call.sendToPending(this.#url, asking, digest)
  }
}

/** Only the origin that was called may be polled with the token of the call. */
function pendingUrl(called: string, location: string): string {
  if (!URL.canParse(location, called)) throw new PendingUrlError(called, location)
  const url = new URL(location, called)
  if (url.origin !== new URL(called).origin || url.username !== '' || url.password !== '')
    throw new PendingUrlError(called, location)
  url.hash = ''
  return url.href
}

function retryAfterOf({ headers }: Response): number | undefined {
  const field = headers.get('retry-after') ?? ''
  return /^[0-9]{1,9}$/.test(field) ? Math.min(Math.max(1, Number(field)), longestPause) : undefined
}

/** The members of a JSON object; none of anything else. The response can still be read. */
async function readMembers(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const read: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  return typeof read === 'object' && read !== null ? (read as Readonly<Record<string, unknown>>) : {}
}
