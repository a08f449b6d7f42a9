import { isAAuthError, answer as toAnswer } from '@aauth-guard/core'
import { privateFieldsFor } from '@aauth-guard/core/adapter'
import { signedRequest } from '@aauth-guard/core/node'
import type { Verdict } from '../decide/decide.ts'
import { refusal } from '../decide/refusal.ts'
import { forwardedLines } from '../headers/index.ts'
import { anonymous, authOf, callerKey } from './caller-key.ts'
import { type CheckedContent, checkContent } from './check-content.ts'
import { type Dialled, dial } from './dial.ts'
import type { Exchange } from './exchange.ts'
import { framingLines, hasContent } from './framing.ts'
import type { ProxyState } from './proxy-state.ts'
import { relayAnswer } from './relay-answer.ts'
import { relayContent, type Upload } from './relay-content.ts'
import { dropContent, sendAnswer, sendRefusal } from './send-answer.ts'
import type { Release } from './shares.ts'
import { originKey } from './upstream-agents.ts'
import { RefusedError, UpstreamFault } from './upstream-fault.ts'
import { authorityOf, gatewayLines, withoutFraming } from './upstream-lines.ts'
import { Watchdog } from './watchdog.ts'

/** A request that may go on to its upstream. */
export type Passed = Extract<Verdict, { outcome: 'passed' }>

/** Sends a request to its upstream and the answer back, or answers why not. Never rejects. */
export async function forwardRequest(state: ProxyState, exchange: Exchange, passed: Passed): Promise<void> {
  const { route, caller } = passed
  try {
    takeShare(state, exchange, passed)
    const lines = linesOf(exchange, passed)
    const checked = await checkContent(state, exchange, route, caller)
    const assertion = await state.assertions.sign({
      audience: route.upstream.name,
      method: exchange.method,
      target: passed.target,
      caller,
      content: checked.content,
      ...(checked.digest !== undefined && { digest: checked.digest }),
    })
    if (exchange.hasEnded) return
    const all = [
      ...['Host', authorityOf(exchange)],
      ...lines,
      ...gatewayLines(exchange, assertion),
      ...framingLines(exchange.framing, exchange.method),
    ]
    await relay(state, exchange, passed, checked, all)
  } catch (error) {
    await answerFailure(state, exchange, error, route.name)
  }
}

/**
 * Every caller may have some requests on their way; those without a credential share half of all. And every caller may use
 * half of the connections to an upstream, so that others never wait for one behind it.
 */
export function takeShare(
  { callers, upstreams }: ProxyState,
  exchange: Exchange,
  { caller, route }: Pick<Passed, 'caller' | 'route'>,
): void {
  const { requests: total, requestsPerCaller, upstreamConnections } = exchange.plan.limits
  const key = callerKey(caller)
  const each = key === anonymous ? Math.ceil(total / 2) : requestsPerCaller
  const half = Math.ceil(upstreamConnections / 2)
  const taken: (readonly [most: number, Release | undefined])[] = [
    [each, callers.take(key, { total, each })],
    [half, upstreams.take(`${originKey(route.upstream.origin)} ${key}`, { total, each: half })],
  ]
  for (const [, release] of taken) if (release !== undefined) exchange.whenEnded(release)
  const [full] = taken.filter(([, release]) => release === undefined)
  if (full !== undefined)
    throw new RefusedError(
      refusal('too_many_requests', `${full[0]} requests of the caller are on their way`, {
        'retry-after': '1',
      }),
    )
}

export function linesOf({ message }: Exchange, { route, caller }: Passed): string[] {
  const covered = new Set<string>(authOf(caller)?.covered)
  const forwarded = forwardedLines(message.rawHeaders, route, caller, covered)
  if (forwarded.outcome === 'refused') throw new RefusedError(forwarded.refusal)
  return withoutFraming(forwarded.lines)
}

async function relay(
  state: ProxyState,
  exchange: Exchange,
  passed: Passed,
  { streamed }: CheckedContent,
  lines: readonly string[],
): Promise<void> {
  const { plan, method, message, response } = exchange
  const { route, caller, target, isPreflight } = passed
  const { limits } = plan
  const watchdog = new Watchdog()
  let upload: Upload | undefined
  let dialled: Dialled | undefined
  let giveUp: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  failed.catch(() => undefined)
  const close = state.open.add({
    plan,
    request: signedRequest(message),
    route,
    caller,
    isTunnel: false,
    end: (reason) => giveUp(reason ?? new RefusedError(refusal('no_route', 'the routes have changed'))),
  })
  exchange.whenEnded(() => {
    close()
    watchdog.stop()
    upload?.stop()
    giveUp(undefined)
  })
  const dialUpstream = (): Dialled =>
    dial(state.agents.of(route.upstream.origin), { upstream: route.upstream, method, target, lines }, limits)
  const { name } = route.upstream
  const expectAnswer = (): void =>
    watchdog.start(limits.answerTimeout, () =>
      giveUp(
        new UpstreamFault('upstream_timeout', `upstream ${name}: no answer in ${limits.answerTimeout} ms`),
      ),
    )
  const expectOctets = (): void =>
    watchdog.start(limits.idleTimeout, () => {
      if (upload !== undefined && !upload.isComplete && !upload.isBlocked && !response.headersSent)
        exchange.cut()
      giveUp(new UpstreamFault('upstream_timeout', `upstream ${name}: nothing in ${limits.idleTimeout} ms`))
    })
  try {
    dialled = dialUpstream()
    expectOctets()
    upload = relayContent(exchange, dialled.request, {
      maxContent: limits.maxContent,
      digest: streamed,
      onOctets: () => watchdog.touch(),
      onComplete: () => response.headersSent || expectAnswer(),
      onFailure: giveUp,
    })
    exchange.askForContent()
    let answered = Promise.race([dialled.answer, failed])
    if (mayRepeat(exchange)) answered = answered.catch(again)
    const got = await answered
    // Whatever the upstream has not read yet would be the beginning of the next request on its connection.
    if (!upload.isComplete) dialled.request.shouldKeepAlive = false
    if (streamed !== undefined) {
      if (!upload.isComplete) upload.stop()
      await Promise.race([streamed.compared, failed])
    }
    expectOctets()
    if (!upload.isComplete) response.once('finish', () => dropContent(exchange))
    await Promise.race([
      relayAnswer(exchange, got.message, {
        privateFields: isPreflight ? [] : privateFieldsFor(plan.resource, route.requirement),
        dropsContent: isPreflight,
        onOctets: () => watchdog.touch(),
      }),
      failed,
    ])
    if (upload.isComplete) return
    upload.stop()
    dialled.request.destroy()
  } catch (error) {
    upload?.stop()
    dialled?.request.destroy()
    throw error
  }

  /** The upstream closed a connection of the pool at the moment at which the request was sent on it. */
  async function again(error: unknown): ReturnType<typeof repeat> {
    const isStale =
      dialled?.request.reusedSocket === true &&
      error instanceof UpstreamFault &&
      (error.cause as { code?: string } | undefined)?.code === 'ECONNRESET'
    if (!isStale || exchange.hasEnded) throw error
    return repeat()
  }
  async function repeat(): Promise<Awaited<Dialled['answer']>> {
    dialled = dialUpstream()
    dialled.request.end()
    return Promise.race([dialled.answer, failed])
  }
}

/** Safe methods without content (RFC 9110 §9.2.2). */
function mayRepeat({ method, framing }: Exchange): boolean {
  return !hasContent(framing) && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
}

/** Answers a request that did not get through, or cuts off an answer that has begun. */
export async function answerFailure(
  state: ProxyState,
  exchange: Exchange,
  error: unknown,
  route?: string,
): Promise<void> {
  if (exchange.hasEnded) return
  if (error instanceof UpstreamFault || error instanceof RefusedError)
    return sendRefusal(state, exchange, error.refusal, route)
  if (!isAAuthError(error)) {
    const path = exchange.target.split('?', 1)[0] ?? ''
    const hint = error instanceof Error ? (error.stack ?? error.message) : String(error)
    state.log({ code: 'server_error', hint, method: exchange.method, path, route })
  }
  sendAnswer(exchange, await toAnswer(error))
}
