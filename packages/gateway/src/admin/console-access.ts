import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

const cookieName = 'aauth_gateway_console'

/**
 * Lets those look at the console who have the address that was logged at start. It holds a secret of this run, which becomes
 * a cookie. Other users of the machine reach the port as well, and other programs on it get cookies of its other ports, so
 * the path is secret too.
 */
export class ConsoleAccess {
  readonly path: string = `/console/${randomBytes(16).toString('base64url')}/`
  readonly #key = randomBytes(32).toString('base64url')
  readonly #cookie = randomBytes(32).toString('base64url')

  /** @param origin such as `http://127.0.0.1:9090` */
  url(origin: string): string {
    return `${origin}${this.path}?key=${this.#key}`
  }

  /** Whether the request has the cookie. If not, it is answered. */
  isAllowed(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url = '', headers } = request
    const [path, query] = url.split('?', 2)
    const key = new URLSearchParams(query).get('key')
    const site = headers['sec-fetch-site']
    const isTyped = site === undefined || site === 'none' || site === 'same-origin'
    if (method === 'GET' && path === this.path && key !== null && isTyped && isSame(key, this.#key)) {
      // Leads to the page without the key, which would otherwise stay in the address bar.
      const cookie = `${cookieName}=${this.#cookie}; Path=${this.path}; HttpOnly; SameSite=Strict`
      response.writeHead(303, { location: this.path, 'set-cookie': cookie, 'cache-control': 'no-store' })
      response.end()
      return false
    }
    const cookies = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
    const isKnown = cookies.some(
      (pair) => pair.startsWith(`${cookieName}=`) && isSame(pair.slice(cookieName.length + 1), this.#cookie),
    )
    if (url.startsWith(this.path) && isKnown) return true
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    response.end('Open the address that the gateway printed when it started.\n')
    return false
  }
}

/** Takes the same time wherever two texts differ. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}
