import type { IncomingMessage, ServerResponse } from 'node:http'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { decide } from '../decide/decide.ts'
import { refusal } from '../decide/refusal.ts'
import { hasEveryLine } from '../headers/index.ts'
import type { Plan } from '../settings/plan.ts'
import { Exchange } from './exchange.ts'
import { answerFailure, forwardRequest } from './forward-request.ts'
import { type Framing, framingOf } from './framing.ts'
import type { ProxyState } from './proxy-state.ts'
import { sendAnswer, sendRefusal } from './send-answer.ts'
import type { Release } from './shares.ts'
import { answerLongestUndecided, whileUndecided } from './undecided.ts'

/** Where the key of assertions is published. It is not among the keys of the resource. */
export const assertionKeysPath = '/aauth/assertion-keys.json'

const unframed: Framing = Object.freeze({ kind: 'none' })

/** Decides a request, and sends it on or answers it. Never rejects. @param expectsContinue waits for 100 before content */
export async function serveRequest(
  state: ProxyState,
  message: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): Promise<void> {
  const exchange = begin(state, message, response, expectsContinue)
  if (exchange === undefined) return
  const { plan, framing } = exchange
  if (framing.kind === 'length' && framing.length > plan.limits.maxContent)
    return refuse('content_too_large', `content of ${framing.length} octets`)
  if (pathOf(exchange) === assertionKeysPath) return answerKeys(state, exchange)
  try {
    const verdict = await whileUndecided(state, exchange, () =>
      decide(plan, incomingOf(message), (limit) => {
        exchange.askForContent()
        return readContent(message, limit)
      }),
    )
    if (verdict === undefined) return
    if (verdict.outcome === 'answered') sendAnswer(exchange, verdict.answer)
    else if (verdict.outcome === 'refused') sendRefusal(state, exchange, verdict.refusal)
    else await forwardRequest(state, exchange, verdict)
  } catch (error) {
    await answerFailure(state, exchange, error)
  }

  function refuse(code: Parameters<typeof refusal>[0], hint: string): void {
    sendRefusal(state, exchange as Exchange, refusal(code, hint))
  }
}

/** The exchange of a message that is well framed, if there is room for it. Others are answered. */
export function begin(
  state: ProxyState,
  message: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): Exchange | undefined {
  const plan: Plan = state.plan()
  const framing = framingOf(message.rawHeaders, message.httpVersion)
  const exchange = new Exchange(plan, message, response, framing ?? unframed, expectsContinue)
  const isWhole = hasEveryLine(message.rawHeaders)
  if (framing === undefined || !isWhole) {
    response.shouldKeepAlive = false
    const hint = isWhole ? 'the message has more than one framing' : 'the message has too many header lines'
    sendRefusal(state, exchange, refusal('bad_request', hint))
    return undefined
  }
  const { requests: total } = plan.limits
  const take = (): Release | undefined => state.requests.take(undefined, { total, each: total })
  const release = take() ?? (answerLongestUndecided(state) ? take() : undefined)
  if (release === undefined) {
    const hint = `${total} requests are on their way`
    sendRefusal(state, exchange, refusal('too_many_requests', hint, { 'retry-after': '1' }))
    return undefined
  }
  exchange.takeRoom(release)
  return exchange
}

export function incomingOf(message: IncomingMessage): Parameters<typeof decide>[1] {
  const { method = '', url: target = '', rawHeaders: headerLines } = message
  return { method, target, headerLines, request: signedRequest(message) }
}

function pathOf({ target }: Exchange): string {
  return target.split('?', 1)[0] ?? ''
}

function answerKeys(state: ProxyState, exchange: Exchange): void {
  const { method } = exchange
  if (method !== 'GET' && method !== 'HEAD') {
    const hint = 'the keys can only be read'
    sendRefusal(state, exchange, refusal('method_not_allowed', hint, { allow: 'GET, HEAD' }))
    return
  }
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }
  sendAnswer(exchange, { status: 200, headers, body: state.assertions.keys })
}
