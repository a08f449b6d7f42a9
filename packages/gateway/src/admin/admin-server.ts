import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Console, createConsole } from '@aauth-guard/console'
import { type NodeHandler, nodeHandler } from '@aauth-guard/console/node'
import type { Resource } from '@aauth-guard/core'
import { isLoopbackHost } from '../settings/addresses.ts'
import type { ListenAddress } from '../settings/configuration.ts'
import { ConsoleAccess } from './console-access.ts'

/** What the administration shows. */
export interface AdminSources {
  /** Whether requests are decided: resolves, or rejects with the reason, which only the log is told. */
  ready(): Promise<void>
  metrics(): string
}

/** What proxies add. Behind one, all the world comes from this machine. */
const forwarding = ['forwarded', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host']

/**
 * The listener for operators: `/healthz` and `/readyz`, which answer a fixed word, `/metrics` in the text format of
 * Prometheus, and on loopback the console.
 */
export class AdminServer {
  readonly server: Server
  readonly #address: ListenAddress
  readonly #sources: AdminSources
  readonly #access: ConsoleAccess | undefined
  #console: { readonly page: Console; readonly serve: NodeHandler } | undefined

  constructor(address: ListenAddress, sources: AdminSources) {
    this.#address = address
    this.#sources = sources
    this.#access = isLoopbackHost(address.host) ? new ConsoleAccess() : undefined
    this.server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000, headersTimeout: 10_000 })
    this.server.maxConnections = 256
    this.server.on('request', (request, response) => this.#answer(request, response))
  }

  /** The address of the console, with the secret of this run; `undefined` where it is not served. @param origin of the server */
  consoleUrl(origin: string): string | undefined {
    return this.#access?.url(origin)
  }

  /** Shows another resource from now on. Streams of the previous one end. */
  show(resource: Resource): void {
    this.#console?.page.close()
    const page = createConsole({ resource, allow: () => true })
    this.#console = { page, serve: nodeHandler(page) }
  }

  async close(): Promise<void> {
    this.#console?.page.close()
    const late = setTimeout(() => this.server.closeAllConnections(), 250)
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve())
      this.server.closeIdleConnections()
    })
    clearTimeout(late)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '' } = request
    const path = url.split('?', 1)[0] ?? ''
    if (path.startsWith('/console/')) this.#answerConsole(request, response)
    else if (method !== 'GET' && method !== 'HEAD') send(response, 405, 'method not allowed')
    else if (path === '/healthz') send(response, 200, 'ok')
    else if (path === '/metrics')
      send(response, 200, this.#sources.metrics(), 'text/plain; version=0.0.4; charset=utf-8')
    else if (path === '/readyz')
      this.#sources.ready().then(
        () => send(response, 200, 'ready'),
        () => send(response, 503, 'not ready'),
      )
    else send(response, 404, 'not found')
  }

  #answerConsole(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request
    // A page of the internet can make its name lead here, but a browser still sends that name.
    const host = (headers.host ?? '').replace(/:[0-9]+$/, '')
    const isHere = [this.#address.host, 'localhost', '127.0.0.1', '[::1]'].includes(host)
    if (this.#access === undefined || this.#console === undefined) send(response, 404, 'not found')
    else if (!isHere || forwarding.some((name) => headers[name] !== undefined))
      send(response, 421, 'the console answers on this machine only, and not through proxies')
    else if (this.#access.isAllowed(request, response)) this.#console.serve(request, response)
  }
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(text.endsWith('\n') ? text : `${text}\n`)
}
