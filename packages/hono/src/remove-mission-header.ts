import type { IncomingMessage } from 'node:http'
import { withoutMissionHeader } from '@aauth-guard/core/fetch'
import { removeMissionHeader as removeFromMessage, signedRequest } from '@aauth-guard/core/node'
import type { Context } from 'hono'

/** Takes `AAuth-Mission` from the request, and from the message that Hono's server for Node keeps. */
export function removeMissionHeader({ env, req }: Context): void {
  const { incoming } = (env ?? {}) as { incoming?: IncomingMessage }
  const message = Array.isArray(incoming?.rawHeaders) ? incoming : undefined
  // The lines are at hand; whatever asks the request for a header has Node sort all of them.
  if (message !== undefined && signedRequest(message).header('aauth-mission').length === 0) return
  const shown = withoutMissionHeader(req.raw)
  // The assignment discards content that was already read.
  if (shown !== req.raw) req.raw = shown
  if (message !== undefined) removeFromMessage(message)
}
