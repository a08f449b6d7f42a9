import type { IncomingMessage } from 'node:http'
import { fetchRequest, type SignedRequest } from '@aauth-guard/core'
import { signedRequest } from '@aauth-guard/core/node'
import type { Context } from 'hono'

/**
 * The request as it crossed the wire where the host is Node, whose server keeps the message in `c.env.incoming`;
 * elsewhere as the host shows it.
 */
export function requestOf({ env, req }: Context): SignedRequest {
  const { incoming } = (env ?? {}) as { incoming?: IncomingMessage }
  return Array.isArray(incoming?.rawHeaders) ? signedRequest(incoming) : fetchRequest(req.raw)
}
