import type { IncomingMessage } from 'node:http'
import { fetchRequest, type SignedRequest } from '@aauth-guard/core'
import { signedRequest } from '@aauth-guard/core/node'
import type { Context } from 'hono'

const overridden = new WeakMap<SignedRequest, SignedRequest>()

/**
 * The request as it crossed the wire where the host is Node, whose server keeps the message in `c.env.incoming`;
 * elsewhere as the host shows it.
 */
export function requestOf({ env, req }: Context): SignedRequest {
  const { incoming } = (env ?? {}) as { incoming?: IncomingMessage }
  if (!Array.isArray(incoming?.rawHeaders)) return fetchRequest(req.raw)
  const signed = signedRequest(incoming)
  // Hosts write methods in upper case; what differs in more was overridden on the way (security E06).
  return signed.method.toUpperCase() === req.method.toUpperCase() ? signed : asRouted(signed, req.method)
}

/** What is checked is what is routed: the agent must have signed the method that replaced the one it sent. */
function asRouted(signed: SignedRequest, method: string): SignedRequest {
  const known = overridden.get(signed)
  if (known?.method === method) return known
  const routed: SignedRequest = Object.create(signed, { method: { value: method } })
  overridden.set(signed, routed)
  return routed
}
