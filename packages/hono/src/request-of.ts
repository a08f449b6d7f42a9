import type { IncomingMessage } from 'node:http'
import type { SignedRequest } from '@aauth-guard/core'
import { Stamp } from '@aauth-guard/core/adapter'
import { fetchRequest } from '@aauth-guard/core/fetch'
import { signedRequest } from '@aauth-guard/core/node'
import type { Context } from 'hono'

const overridden = new WeakMap<SignedRequest, SignedRequest>()

/**
 * The request as it crossed the wire where the host is Node, whose server keeps the message in `c.env.incoming`;
 * elsewhere as the host shows it.
 */
export function requestOf(c: Context): SignedRequest {
  const { env, req } = c
  const { incoming } = (env ?? {}) as { incoming?: IncomingMessage }
  if (!Array.isArray(incoming?.rawHeaders)) return asShown(c)
  const signed = signedRequest(incoming)
  // Hosts write methods in upper case; what differs in more was overridden on the way (E06).
  return signed.method.toUpperCase() === req.method.toUpperCase() ? signed : asRouted(signed, req.method)
}

/** Middleware that replaces the body replaces the `Request`; to the next guard it is the same request all the same. */
function asShown(c: Context): SignedRequest {
  const known = Shown.of(c)
  const request = fetchRequest(c.req.raw)
  if (known?.method === request.method && known.target === request.target) return known
  Shown.keep(c, request)
  return request
}

/** What the last guard read of a request, on its context. */
class Shown extends Stamp {
  #request: SignedRequest

  constructor(c: Context, request: SignedRequest) {
    super(c)
    this.#request = request
  }

  static of(c: Context): SignedRequest | undefined {
    return #request in c ? c.#request : undefined
  }

  static keep(c: Context, request: SignedRequest): void {
    if (#request in c) c.#request = request
    else new Shown(c, request)
  }
}

/** What is checked is what is routed: the agent must have signed the method that replaced the one it sent. */
function asRouted(signed: SignedRequest, method: string): SignedRequest {
  const known = overridden.get(signed)
  if (known?.method === method) return known
  const routed: SignedRequest = {
    method,
    get target() {
      return signed.target
    },
    header: (name) => signed.header(name),
    get body() {
      return signed.body
    },
  }
  overridden.set(signed, routed)
  return routed
}
