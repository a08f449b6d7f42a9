import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AAuthError } from '@aauth-guard/core'
import { contentBinding, privateFieldsFor } from '@aauth-guard/core/adapter'
import { signedRequest } from '@aauth-guard/core/node'
import { decide } from '../decide/decide.ts'
import { refusal } from '../decide/refusal.ts'
import { answeredLines } from '../headers/index.ts'
import { authOf, callerKey } from './caller-key.ts'
import { dial } from './dial.ts'
import type { Exchange } from './exchange.ts'
import { answerFailure, linesOf, type Passed } from './forward-request.ts'
import type { ProxyState } from './proxy-state.ts'
import { relayAnswer } from './relay-answer.ts'
import { sendAnswer, sendRefusal } from './send-answer.ts'
import { begin, incomingOf } from './serve-request.ts'
import { joinTunnel } from './tunnel.ts'
import { whileUndecided } from './undecided.ts'
import { RefusedError, UpstreamFault } from './upstream-fault.ts'
import { authorityOf, gatewayLines } from './upstream-lines.ts'
import { Watchdog } from './watchdog.ts'
import { acceptsHandshake, readHandshake } from './websocket-handshake.ts'

/** Milliseconds that a client has to read a refusal and to close its side. */
const linger = 1_000

/** Opens a tunnel for a request that asks for one, or answers why not. Never rejects. */
export async function serveUpgrade(
  state: ProxyState,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => undefined)
  const response = answerOn(message, socket)
  if (response === undefined) return
  const exchange = begin(state, message, response, false)
  if (exchange === undefined) return
  const handshake = readHandshake(message, head)
  try {
    if ('fault' in handshake) throw new RefusedError(refusal('upgrade_refused', handshake.fault))
    const verdict = await whileUndecided(state, exchange, () => decide(exchange.plan, incomingOf(message)))
    if (verdict === undefined) return
    if (verdict.outcome === 'answered') sendAnswer(exchange, verdict.answer)
    else if (verdict.outcome === 'refused') sendRefusal(state, exchange, verdict.refusal)
    else await openTunnel(state, exchange, verdict, handshake.key, socket)
  } catch (error) {
    await answerFailure(state, exchange, error)
  }
}

async function openTunnel(
  state: ProxyState,
  exchange: Exchange,
  passed: Passed,
  key: string,
  socket: Duplex,
): Promise<void> {
  const { plan, message, response } = exchange
  const { route, caller, target, isPreflight } = passed
  if (!route.upgrade || isPreflight)
    throw new RefusedError(refusal('upgrade_refused', `the route ${route.name} takes no upgrades`))
  const auth = authOf(caller)
  if (auth !== undefined && contentBinding(auth) === 'unchecked')
    throw new AAuthError('invalid_request', { hint: 'the content of an upgrade cannot be compared' })
  const lines = linesOf(exchange, passed)
  const { tunnels: total, tunnelsPerCaller: each } = plan.limits
  const release = state.tunnels.take(callerKey(caller), { total, each })
  if (release === undefined)
    throw new RefusedError(
      refusal('too_many_requests', `${each} tunnels of the caller, or ${total} in all, are open`, {
        'retry-after': '5',
      }),
    )
  const watchdog = new Watchdog()
  socket.once('close', () => {
    release()
    watchdog.stop()
  })
  const assertion = await state.assertions.sign({
    audience: route.upstream.name,
    method: exchange.method,
    target,
    caller,
    content: 'none',
  })
  if (exchange.hasEnded) return
  const all = [
    ...['Host', authorityOf(exchange)],
    ...lines,
    ...gatewayLines(exchange, assertion),
    ...['Connection', 'Upgrade', 'Upgrade', 'websocket'],
  ]
  const dialled = dial(false, { upstream: route.upstream, method: 'GET', target, lines: all }, plan.limits)
  let isOpen = false
  exchange.whenEnded(() => isOpen || dialled.request.destroy())
  watchdog.start(plan.limits.answerTimeout, () =>
    dialled.request.destroy(
      new UpstreamFault('upstream_timeout', `upstream ${route.upstream.name}: no answer to an upgrade`),
    ),
  )
  dialled.request.end()
  const answer = await dialled.answer
  watchdog.stop()
  if (answer.kind === 'answer') {
    const privateFields = privateFieldsFor(plan.resource, route.requirement)
    watchdog.start(plan.limits.idleTimeout, () => exchange.cut())
    return relayAnswer(exchange, answer.message, {
      privateFields,
      dropsContent: false,
      onOctets: () => watchdog.touch(),
    })
  }
  if (!acceptsHandshake(answer.message, key)) {
    answer.socket.destroy()
    throw new UpstreamFault(
      'upstream_unavailable',
      `upstream ${route.upstream.name}: not a WebSocket handshake`,
    )
  }
  isOpen = true
  response.detachSocket(socket as never)
  exchange.detach()
  const close = state.open.add({
    plan,
    request: signedRequest(message),
    route,
    caller,
    isTunnel: true,
    end: () => {
      socket.destroy()
      answer.socket.destroy()
    },
  })
  socket.once('close', close)
  const accepted = answeredLines(answer.message.rawHeaders, [])
  joinTunnel(socket, answer.socket, answer.head, plan.limits.idleTimeout, [
    ...['Connection', 'Upgrade', 'Upgrade', 'websocket'],
    ...accepted,
  ])
}

/**
 * A response on a connection that Node has let go of. It closes the connection when it is complete.
 * @returns `undefined` if an earlier request of the connection still waits for its answer; it is closed then
 */
function answerOn(message: IncomingMessage, socket: Duplex): ServerResponse | undefined {
  const response = new ServerResponse(message)
  response.shouldKeepAlive = false
  try {
    response.assignSocket(socket as never)
  } catch {
    socket.destroy()
    return undefined
  }
  // Node no longer tells the response.
  const drain = (): boolean => response.emit('drain')
  socket.on('drain', drain)
  response.on('finish', () => {
    // Unread octets would turn the close into a reset, which loses the answer.
    socket.resume()
    socket.end()
    const timer = setTimeout(() => socket.destroy(), linger)
    socket.once('close', () => clearTimeout(timer))
  })
  return response
}
