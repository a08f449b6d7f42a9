import { deliver } from './deliver.ts'
import type { World } from './world.ts'

/** An endpoint by its name in a metadata document. */
export interface EndpointName {
  /** As `aauth-resource.json`. */
  readonly document: string
  readonly member: string
}

/**
 * Where a server is to be asked: what its metadata says, or `server` itself if it has a path.
 * @throws {Error} where the metadata does not name such an endpoint
 */
export async function publishedEndpoint(
  net: World,
  server: string,
  { document, member }: EndpointName,
  via?: string,
): Promise<string> {
  const { origin, pathname } = new URL(server)
  if (pathname !== '/') return server
  const target = `/.well-known/${document}`
  const asked = { method: 'GET', url: `${origin}${target}`, target, headers: [], base: '' }
  const metadata = (await (await deliver(net, asked, via)).json()) as Readonly<Record<string, unknown>>
  const endpoint = metadata[member]
  if (typeof endpoint !== 'string')
    throw new NotPublished(`${origin} publishes no ${member.replaceAll('_', ' ')}`)
  return endpoint
}

/** A server that has no such endpoint. */
export class NotPublished extends Error {
  override readonly name = 'NotPublished'
}
