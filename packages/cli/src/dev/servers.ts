import type { TestIssuer } from '@aauth-guard/testing'
import { answerControl } from './control.ts'
import { type LoopbackServer, serveLoopback } from './loopback-server.ts'
import { PersonPages } from './person-pages.ts'
import { webHandler } from './web-handler.ts'
import type { World } from './world.ts'

/** How the servers of a world are reached. */
export interface Serving {
  readonly secret: string
  /** Address beside loopback, for containers. */
  readonly address: string | undefined
  /** Asked at sign-in, where there is such an address. */
  readonly password: string | undefined
  /** Called after whatever may have changed the world. */
  readonly changed: () => void
}

/** Serves a world on its four ports. @throws {UsageError} where one of them is taken */
export async function serveWorld(
  world: World,
  { secret, address, password, changed }: Serving,
): Promise<LoopbackServer> {
  const pages = new PersonPages(world, password)
  const { at, net, agentProvider, personServer, accessServer } = world
  const issuer = ({ id }: TestIssuer, handle?: (request: Request) => Promise<Response | undefined>) =>
    [
      id,
      async (request: Request, signal: AbortSignal) =>
        (await handle?.(request)) ?? net.fetch(request, { signal }),
    ] as const
  const handlers = [
    [at.url, async (request: Request) => home(world, secret, request)] as const,
    issuer(agentProvider),
    issuer(personServer, (request) => pages.answer(request)),
    issuer(accessServer),
  ]
  const servers: LoopbackServer[] = []
  try {
    for (const [origin, handle] of handlers) {
      const answering = webHandler(origin, async (request, signal) => {
        const response = await handle(request, signal)
        if (request.method === 'POST') changed()
        return response
      })
      servers.push(await serveLoopback(Number(new URL(origin).port), answering, address))
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()))
    throw error
  }
  return { close: async () => void (await Promise.all(servers.map((server) => server.close()))) }
}

function home(world: World, secret: string, request: Request): Response | Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname.startsWith('/control/')) return answerControl(world, secret, request)
  if (pathname === '/world.json') return Response.json(world.at)
  return pathname === '/'
    ? new Response(null, { status: 303, headers: { location: world.at.personServer } })
    : new Response('', { status: 404 })
}
