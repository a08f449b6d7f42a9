import { shown } from '../terminal/shown.ts'
import { isOnOrigin } from './address.ts'
import { FetchFailure } from './failure.ts'
import { readRequirement } from './requirement.ts'
import { fieldOf, type Received } from './send.ts'

/**
 * Where the outcome of a request can be fetched later; `undefined` for a response that promises none.
 * @throws {FetchFailure} for a promise that cannot be relied on, before anything is done about it
 */
export function pendingUrlOf(received: Received): URL | undefined {
  if (received.status !== 202) return undefined
  const { origin, href } = received.url
  const location = fieldOf(received, 'location')
  const asks = fieldOf(received, 'aauth-requirement') !== undefined
  if (location === undefined && asks)
    throw new FetchFailure(`${origin} lets the request wait, and does not say where to ask for its outcome`)
  if (location === undefined) return undefined
  const url = URL.canParse(location, href) ? new URL(location, href) : undefined
  if (url === undefined || !isOnOrigin(url, origin))
    throw new FetchFailure(
      `${origin} says to ask for the outcome at "${shown(location, 256)}", which is not on the same origin: nothing was sent there`,
    )
  if (asks && readRequirement(received) === undefined)
    throw new FetchFailure(
      `${origin} lets the request wait for something that it does not say in a readable way`,
    )
  url.hash = ''
  return url
}
