import type { IncomingMessage } from 'node:http'
import { withoutMissionHeader } from '@aauth-guard/core/fetch'
import { removeMissionHeader as removeFromMessage } from '@aauth-guard/core/node'
import type { Context } from 'hono'

/** Takes `AAuth-Mission` from the request, and from the message that Hono's server for Node keeps. */
export function removeMissionHeader({ env, req }: Context): void {
  const { incoming } = (env ?? {}) as { incoming?: IncomingMessage }
  const shown = withoutMissionHeader(req.raw)
  // The assignment discards content that was already read.
  if (shown !== req.raw) req.raw = shown
  if (Array.isArray(incoming?.rawHeaders)) removeFromMessage(incoming)
}
