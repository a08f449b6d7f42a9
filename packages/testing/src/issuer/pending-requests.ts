import { serializeDictionary, Token } from 'structured-headers'
import { answerEndpoint, EndpointError, granted, refusal } from '../world/endpoint-answer.ts'
import type { Approval } from './approval.ts'
import type { ConsentQuestion } from './token-policy.ts'

/** Something the person is asked. */
export interface PendingRequest {
  /** Of the pending URL; cannot be guessed. */
  readonly id: string
  /** By which the person finds what they are asked (R11-220). */
  readonly code: string
  readonly about: 'proposal' | 'completion' | ConsentQuestion['about']
  readonly agent: string
  /** What the agent said; empty where it asks for a token. */
  readonly description: string
  /** What a token is asked for. */
  readonly consent?: ConsentQuestion
  /**
   * The page of the resource to which the person is sent first, with the code and the callback (draft 11 §7.2.3). Nothing is
   * decided here before the person has come back.
   */
  readonly visit?: string
}

/** How a resource has sent the person back (draft 11 §7.3.1). */
const polled: Readonly<Record<string, readonly [status: number, code: string]>> = {
  access_denied: [403, 'denied'],
  user_abandoned: [403, 'abandoned'],
  interaction_expired: [408, 'expired'],
}

interface Held extends PendingRequest {
  readonly until: number
  readonly onApproval: (approval: Approval) => Promise<Response>
  /** Names the flow in the callback. */
  readonly flow: string | undefined
  isBack: boolean
  outcome: 'pending' | 'deciding' | 'declined' | Response | 'taken'
}

/** Symbols that nobody mistakes for another (R11-220). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Seconds for which the person may be asked. */
const patience = 600

/** Requests that wait for the person (draft 11 §11.8, §13.2). */
export class PendingRequests {
  private readonly held = new Map<string, Held>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  add(
    asked: Omit<PendingRequest, 'id' | 'code' | 'visit'>,
    onApproval: (approval: Approval) => Promise<Response>,
    visitBy?: (flow: string) => string,
  ): PendingRequest {
    const id = crypto.randomUUID()
    const symbols = crypto.getRandomValues(new Uint8Array(8))
    const code = Array.from(symbols, (octet) => alphabet[octet % 32]).join('')
    const flow = visitBy && crypto.randomUUID()
    const held: Held = {
      ...{
        ...asked,
        id,
        code,
        until: this.now() + patience,
        onApproval,
        flow,
        isBack: false,
        outcome: 'pending',
      },
      ...(flow !== undefined && { visit: visitBy?.(flow) as string }),
    }
    this.held.set(id, held)
    return held
  }

  waiting(): readonly PendingRequest[] {
    return [...this.held.values()].filter((held) => held.outcome === 'pending' && held.until > this.now())
  }

  /** @throws {Error} for a code under which nothing waits: each decides once (R11-222) */
  async decide(code: string, decision: 'approved' | 'declined', approval: Approval = {}): Promise<void> {
    const meant = code.replaceAll('-', '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0')
    const held = [...this.held.values()].find((one) => one.code === meant)
    if (held?.outcome !== 'pending' || held.until <= this.now())
      throw new Error('nothing waits under this code')
    if (held.flow !== undefined && !held.isBack)
      throw new Error(`the person has to go to the resource first: ${held.visit}`)
    held.outcome = decision === 'approved' ? 'deciding' : 'declined'
    if (decision === 'approved') held.outcome = await answerEndpoint(() => held.onApproval(approval))
  }

  /**
   * The person comes back from the page of a resource, once.
   * @returns what they are asked now; `undefined` if the resource has refused
   * @throws {EndpointError}
   */
  returned(flow: string, error: string | null): PendingRequest | undefined {
    const held = [...this.held.values()].find((one) => one.flow === flow)
    if (held?.outcome !== 'pending' || held.isBack || held.until <= this.now())
      throw new EndpointError(404, 'not_found')
    held.isBack = true
    if (error === null) return held
    const [status, code] = polled[error] ?? [500, 'server_error']
    held.outcome = refusal(status, code)
    return undefined
  }

  /** What came of it, told once and to the agent that asked (R11-210 to R11-214). @throws {EndpointError} */
  poll(id: string, agent: string, again: (asked: PendingRequest) => Response): Response {
    const held = this.held.get(id)
    if (held === undefined || held.agent !== agent) throw new EndpointError(404, 'not_found')
    const { outcome } = held
    if (outcome === 'taken') throw new EndpointError(410, 'gone')
    if (outcome === 'deciding' || (outcome === 'pending' && held.until > this.now())) return again(held)
    held.outcome = 'taken'
    if (outcome === 'pending') throw new EndpointError(408, 'expired')
    if (outcome === 'declined') throw new EndpointError(403, 'denied')
    return outcome
  }
}

/** Says that the person has to be asked, and where to hear of it (draft 11 §11.8.2). */
export function deferred(
  origin: string,
  { id, code, consent }: PendingRequest,
  retryAfter: number,
): Response {
  const params = new Map([
    ['url', `${origin}/interaction`],
    ['code', code],
  ])
  const headers = {
    'aauth-requirement': serializeDictionary(new Map([['requirement', [new Token('interaction'), params]]])),
    location: `${origin}${consent === undefined ? '/mission' : ''}/pending/${id}`,
    'retry-after': String(retryAfter),
  }
  return granted({ status: 'pending' }, { status: 202, headers })
}
