import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Resource } from '@aauth-guard/core'
import { createConsole } from '../console.ts'
import { redirect, respondText } from '../http/headers.ts'
import { type NodeHandler, nodeHandler } from './node-handler.ts'

/** Where a console listens. */
export interface ConsoleServerOptions {
  readonly resource: Resource
  /** Port on 127.0.0.1; default 0, which is a free one. */
  readonly port?: number
  /** Gets one line with the address; default `console.info`. The address lets in whoever has it. */
  readonly log?: (line: string) => void
}

/** A console with a listener of its own. */
export interface ConsoleServer {
  /** `http://127.0.0.1:PORT/…?key=…`: open it once in a browser, which then has a cookie. Holds a secret of this run. */
  readonly url: string
  /** Stops listening, to the port and to the resource, and ends all streams. */
  close(): Promise<void>
}

/** What proxies add. Behind one, all the world comes from this machine. */
const forwarding = ['forwarded', 'via', 'x-real-ip']
const cookieName = 'aauth_console'
const maxConnections = 64

/**
 * Serves a console on loopback, on a port of its own, to those who have the address that it prints. It does not need
 * `allow`. Other users of the machine can reach the port, and get 403 without the secret in the address, which becomes a
 * cookie (`HttpOnly`, `SameSite=Strict`) of the path of this run. Requests for another `Host` than `127.0.0.1:PORT` get 421,
 * and so do those that a proxy passed on.
 *
 * Does not keep the process alive.
 *
 * @throws {TypeError} for unknown or malformed options (the promise rejects)
 * @throws {Error} if the port is taken (the promise rejects)
 * @example
 * ```ts
 * import { consoleServer } from '@aauth-guard/console/node'
 * import { createResource } from '@aauth-guard/core'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * if (process.env.CONSOLE_PORT) await consoleServer({ resource, port: Number(process.env.CONSOLE_PORT) })
 * ```
 */
export async function consoleServer(options: ConsoleServerOptions): Promise<ConsoleServer> {
  const { resource, port = 0, log = (line: string) => console.info(line), ...others } = options
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw new TypeError(`${JSON.stringify(unknown)} is not an option of consoleServer`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError('"port" must be an integer from 0 to 65535')
  if (typeof log !== 'function') throw new TypeError('"log" must be a function')
  const page = createConsole({ resource, allow: () => true })
  const server = createServer({ maxHeaderSize: 16_384 })
  server.maxConnections = maxConnections
  server.on('connection', (socket: Socket) => socket.unref())
  try {
    await listen(server, port)
  } catch (error) {
    page.close()
    throw error
  }
  server.unref()
  const { port: actual } = server.address() as AddressInfo
  const run = new Run(actual)
  const serve = nodeHandler(page)
  server.on('request', (req, res) => run.answer(req, res, serve))
  log(`aauth-guard: the console is at ${run.url} until this process ends. Do not pass the address on.`)
  return Object.freeze({
    url: run.url,
    async close(): Promise<void> {
      page.close()
      await close(server)
    },
  })
}

/** The secrets of one run, and who has them. */
class Run {
  readonly url: string
  readonly #hosts: readonly string[]
  readonly #key = randomBytes(32).toString('base64url')
  /**
   * Browsers send cookies of 127.0.0.1 to all its ports, so to servers of other users as well, but only below the path of the
   * cookie, which those do not know.
   */
  readonly #path = `/${randomBytes(16).toString('base64url')}/`
  readonly #cookie = randomBytes(32).toString('base64url')

  constructor(port: number) {
    // Browsers leave out the port that http implies.
    this.#hosts = port === 80 ? ['127.0.0.1', '127.0.0.1:80'] : [`127.0.0.1:${port}`]
    this.url = `http://${this.#hosts[0]}${this.#path}?key=${this.#key}`
  }

  /** Lets those in who have the cookie, and gives it to those who have the key. */
  answer(req: IncomingMessage, res: ServerResponse, serve: NodeHandler): void {
    const { method = '', url = '' } = req
    const refused = this.#refusal(req)
    if (refused !== undefined) sendNow(res, respondText(method, 421, refused))
    else if (this.#isOpening(req)) sendNow(res, this.#giveCookie())
    else if (url.startsWith(this.#path) && this.#hasCookie(req)) serve(req, res)
    else sendNow(res, forbidden(method))
  }

  /** Whether a browser opens the address that was printed. */
  #isOpening({ method = '', url = '', headers }: IncomingMessage): boolean {
    const site = headers['sec-fetch-site']
    const isSafe =
      (method === 'GET' || method === 'HEAD') && [undefined, 'none', 'same-origin'].includes(site)
    const [path, query] = url.split('?', 2)
    const key = new URLSearchParams(query).get('key')
    return isSafe && path === this.#path && key !== null && isSame(key, this.#key)
  }

  /** Leads to the page without the key, which would otherwise stay in the address bar. */
  #giveCookie(): Response {
    const cookie = `${cookieName}=${this.#cookie}; Path=${this.#path}; HttpOnly; SameSite=Strict`
    return redirect('./', { 'set-cookie': cookie })
  }

  #refusal({ rawHeaders, headers }: IncomingMessage): string | undefined {
    const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
    const isOneHost = names.filter((name) => name === 'host').length === 1
    if (!isOneHost || !this.#hosts.includes(headers.host ?? ''))
      return `This server answers as ${this.#hosts[0]} only.`
    if (names.some((name) => forwarding.includes(name) || name.startsWith('x-forwarded-')))
      return 'This server does not answer through proxies. Mount createConsole with "allow" instead.'
    return undefined
  }

  #hasCookie({ headers }: IncomingMessage): boolean {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
    const own = pairs.filter((pair) => pair.startsWith(`${cookieName}=`))
    return own.some((pair) => isSame(pair.slice(cookieName.length + 1), this.#cookie))
  }
}

function forbidden(method: string): Response {
  return respondText(method, 403, 'Open the address that the program printed when it started.')
}

/** Takes the same time wherever two texts differ. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}

function sendNow(res: ServerResponse, response: Response): void {
  res.writeHead(response.status, Object.fromEntries(response.headers))
  response.arrayBuffer().then(
    (body) => res.end(Buffer.from(body)),
    () => res.destroy(),
  )
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Lets streams say goodbye, and ends what is still open then. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), 250)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
