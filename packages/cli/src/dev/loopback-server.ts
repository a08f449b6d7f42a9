import { createServer, type RequestListener, type Server } from 'node:http'
import { UsageError } from '../command.ts'

/** The servers of one address, on IPv4 and, where this machine has it, on IPv6. */
export interface LoopbackServer {
  close(): Promise<void>
}

/**
 * Serves `app` on loopback, and on `address` where one is named. A request for another `Host` than `localhost:PORT` is
 * not answered: a page of the internet can make its name lead here, but a browser still sends that name.
 *
 * @throws {UsageError} where the port is taken
 */
export async function serveLoopback(
  port: number,
  app: RequestListener,
  address?: string,
): Promise<LoopbackServer> {
  const hosts = [`localhost:${port}`, `127.0.0.1:${port}`]
  const guarded: RequestListener = (req, res) => {
    if (
      req.rawHeaders.filter((_, i) => i % 2 === 0).filter((name) => name.toLowerCase() === 'host').length ===
      1
    )
      if (hosts.includes(req.headers.host ?? '')) return app(req, res)
    res.writeHead(421, { 'content-type': 'text/plain', connection: 'close' })
    res.end('This server answers as localhost only.\n')
  }
  const first = await listen(port, address ?? '127.0.0.1', guarded)
  if (first === undefined)
    throw new UsageError(
      `port ${port} is taken: name another by --port, of which the three behind it are free as well`,
    )
  // Not every machine has IPv6, and one that has it may resolve localhost to it first.
  const second = address === undefined ? await listen(port, '::1', guarded) : undefined
  return {
    close: async () => {
      await Promise.all([first, second].map((server) => server && close(server)))
    },
  }
}

function listen(port: number, host: string, app: RequestListener): Promise<Server | undefined> {
  const server = createServer(app)
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
