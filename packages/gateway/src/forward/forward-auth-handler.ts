import type { RequestListener, ServerResponse } from 'node:http'
import { type Answer, answer } from '@aauth-guard/core'
import type { AssertionSigner } from '@aauth-guard/core/assertion'
import { notAProxy } from '../decide/not-a-proxy.ts'
import { type GatewayCode, refusal } from '../decide/refusal.ts'
import { hasEveryLine } from '../headers/index.ts'
import type { Plan } from '../settings/plan.ts'
import { type Judgement, judge, refusedBy } from './judge.ts'
import { nginxAnswerLines } from './nginx-answer.ts'
import { forwardedReader } from './read-forwarded.ts'

export interface ForwardAuthOptions {
  /** Read once for each request. */
  readonly plan: () => Plan
  readonly assertions: AssertionSigner
  /** Shared with the proxy: 32 to 256 letters, digits and `-._~`. */
  readonly secret: string
  /** Is told why the gateway itself refused a request, for the log of the operator. */
  readonly onRefused?: (refused: ForwardRefusal) => void
}

/** What forward auth refused by itself. Decisions of core are events of the resource. */
export interface ForwardRefusal {
  readonly code: GatewayCode
  readonly hint: string
  readonly method: string
  /** Without the query. */
  readonly path: string
}

/** Where a proxy asks that passes on whatever comes back: Caddy, Traefik. */
export const checkPath = '/check'
/** Where nginx asks: its `auth_request` takes 2xx and 403, and writes the answer from header lines of the 403. */
export const nginxCheckPath = '/nginx/check'

/**
 * Answers proxies that ask whether a request may go on: `auth_request` of nginx, `forward_auth` of Caddy, `ForwardAuth` of
 * Traefik. Mount it on a listener of its own, with {@link forwardListenerOptions}.
 *
 * One header line decides: `AAuth-Guard-Forwarded: SECRET METHOD TARGET`, exactly once. Without it everything is refused,
 * on loopback too. `recipe` prints the configuration of the proxy.
 *
 * It answers 200 with `AAuth-Guard-Assertion` and what else the proxy puts on the request, or with the refusal for the
 * agent. The listener never throws, and it answers every failure of its own with a refusal.
 *
 * @throws {TypeError} for a secret that is too short or has other characters
 */
export function forwardAuthHandler({
  plan,
  assertions,
  secret,
  onRefused,
}: ForwardAuthOptions): RequestListener {
  const reader = forwardedReader(secret)
  let running = 0

  async function judged(current: Plan, headerLines: readonly string[]): Promise<Judgement> {
    const forwarded = reader.read(headerLines)
    if (forwarded === undefined) return refused(notAProxy)
    if (!hasEveryLine(headerLines))
      return refusedBy(refusal('bad_request', 'the request has more header lines than are read'))
    if (forwarded.outcome === 'malformed') return refusedBy(refusal('bad_request', forwarded.hint))
    if (running >= current.limits.requests)
      return refusedBy(
        refusal('too_many_requests', 'more checks than "limits.requests"', { 'retry-after': '5' }),
      )
    running++
    try {
      const judgement = await judge(current, forwarded.incoming, assertions)
      if (judgement.outcome === 'refused' && judgement.refusal !== undefined) {
        const { method, target } = forwarded.incoming
        const { code, hint } = judgement.refusal
        onRefused?.({ code, hint, method, path: target.split('?', 1)[0] as string })
      }
      return judgement
    } finally {
      running--
    }
  }

  return (message, response) => {
    const path = message.url?.split('?', 1)[0]
    const { rawHeaders } = message
    // A check has no content; what comes in its place is not kept.
    message.resume()
    if (path !== checkPath && path !== nginxCheckPath) {
      send(response, notAProxy)
      return
    }
    void Promise.resolve()
      .then(() => judged(plan(), rawHeaders))
      .catch(async () => refused(await answer(undefined)))
      .then((judgement) => {
        if (judgement.outcome === 'passed') pass(response, judgement.lines)
        else if (path === checkPath) send(response, judgement.answer)
        else sendToNginx(response, judgement.answer)
      })
      .catch(() => response.destroy())
  }
}

function refused(refusal: Answer): Judgement {
  return { outcome: 'refused', answer: refusal }
}

function pass(response: ServerResponse, lines: readonly string[]): void {
  response.writeHead(200, [...lines, 'Cache-Control', 'no-store', 'Content-Length', '0'])
  response.end()
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function sendToNginx(response: ServerResponse, answer: Answer): void {
  response.writeHead(403, [...nginxAnswerLines(answer), 'Content-Length', '0'])
  response.end()
}
