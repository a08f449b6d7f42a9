import type { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'

/** What the server of Node received, before Next.js changed anything of it. */
export interface ReceivedMessage {
  /** The request target as the client sent it. */
  readonly target: string
  /** Names and values of all lines, in turn. */
  readonly lines: readonly string[]
}

type Messages = AsyncLocalStorage<ReceivedMessage>

/** Bundles hold copies of this module, and all of them need the same messages. */
const shared = Symbol.for('@aauth-guard/nextjs/received-message.1')
const global = globalThis as {
  [shared]?: Messages | null
  /** Only there in the Edge Runtime. */
  EdgeRuntime?: string
  process?: Pick<typeof process, 'getBuiltinModule'>
}

/**
 * Makes the guards see every request as the server of Node received it: its target as text, and each header line.
 * Route handlers are only shown a `Request`, in which Next.js has normalized both.
 *
 * Next.js loads routes, and `instrumentation.ts` too, when its server listens already. The first requests are not seen,
 * and checked as the `Request` shows them.
 */
export function receiveMessages(): void {
  if (global[shared] !== undefined) return
  // Not imported, since bundles for the Edge Runtime cannot have them. It throws where its `process` is asked for them.
  const load = global.EdgeRuntime === undefined ? global.process?.getBuiltinModule : undefined
  const hooks = load?.('node:async_hooks')
  const channels = load?.('node:diagnostics_channel')
  if (hooks === undefined || channels === undefined) {
    global[shared] = null
    return
  }
  const messages: Messages = new hooks.AsyncLocalStorage()
  global[shared] = messages
  channels.subscribe('http.server.request.start', (event) => {
    const { url = '', rawHeaders } = (event as { request: IncomingMessage }).request
    // Copies: Next.js writes the target and the fields of the message. What holds on to the context holds no socket.
    messages.enterWith({ target: url, lines: [...rawHeaders] })
  })
}

/** @throws {TypeError} in the Edge Runtime, which lacks what core needs to fetch the keys of issuers */
export function assertNodeRuntime(): void {
  if (global.EdgeRuntime !== undefined)
    throw new TypeError('the Edge Runtime cannot verify requests: remove `runtime = "edge"` from the route')
}

/** The message that is being answered, where the host is Node and its server speaks HTTP/1. */
export function receivedMessage(): ReceivedMessage | undefined {
  return global[shared]?.getStore()
}
