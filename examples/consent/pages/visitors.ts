import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A request of an agent that was opened in this browser. */
export interface OpenRequest {
  readonly id: string
  /** The handle of `interactionPage`. It stays on the server. */
  readonly handle: string
  /** The decision that was made here. A second click gets the result of the first one. */
  decision?: Promise<Decision>
}

/** How a person decided, and what became of it. */
export interface Decision {
  readonly outcome: 'completed' | 'denied' | 'abandoned' | 'expired' | 'ended'
  readonly agent: string
  readonly scopes: readonly string[]
  /** Where the person may go on. */
  readonly callback: string | undefined
}

/** A browser in which somebody is signed in. */
export interface SignedIn {
  readonly person: string
  readonly requests: Map<string, OpenRequest>
  /** By code: a code that is sent twice leads to the request that it opened. */
  readonly redeemed: Map<string, Promise<OpenRequest>>
  /** What the next page tells. */
  notice?: string | undefined
}

/** Who looks at a page. */
export interface Visitor {
  /** Goes into every form, and has to come back with it. */
  readonly formToken: string
  readonly session: SignedIn | undefined
  /** The cookie to set, if it is a new one. */
  readonly setCookie?: string
}

/** Browsers in which one person can be signed in, and requests that one browser keeps. */
const maxBrowsers = 20
const maxRequests = 20

/**
 * The demo of a sign-in: browsers, by a random cookie that scripts cannot read. Those who did not sign in take no memory,
 * so nobody can sign others out by coming often.
 */
export class Visitors {
  readonly #name: string
  readonly #attributes: string
  readonly #secret = randomBytes(32)
  readonly #sessions = new Map<string, SignedIn>()

  /** @param url of the pages */
  constructor(url: string) {
    const { protocol, port } = new URL(url)
    const isSecure = protocol === 'https:'
    // Browsers share cookies between the ports of a host.
    this.#name = isSecure ? '__Host-consent' : `consent-${port}`
    // "Lax", since persons come from a link that their agent shows.
    this.#attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  }

  visitorOf(request: Request): Visitor {
    const known = this.#idIn(request.headers.get('cookie') ?? '')
    if (known !== undefined) return { formToken: this.#tokenOf(known), session: this.#sessions.get(known) }
    return this.#newVisitor(undefined)
  }

  /** Whether a form was sent from one of these pages, in the browser that was given its token. */
  isOwnForm(request: Request, visitor: Visitor, token: string): boolean {
    // Browsers send "Origin: null" from pages with "no-referrer", and say in this field where a request comes from.
    const site = request.headers.get('sec-fetch-site')
    const [given, expected] = [Buffer.from(token), Buffer.from(visitor.formToken)]
    const isSame = given.length === expected.length && timingSafeEqual(given, expected)
    return isSame && visitor.setCookie === undefined && (site === null || site === 'same-origin')
  }

  /** Signs a person in, with a new cookie, so that one that somebody else knows is of no use. */
  signIn(person: string): Visitor {
    const own = [...this.#sessions].filter(([, session]) => session.person === person)
    for (const [id] of own.slice(0, Math.max(0, own.length - maxBrowsers + 1))) this.#sessions.delete(id)
    return this.#newVisitor({ person, requests: new Map(), redeemed: new Map() })
  }

  signOut(request: Request): Visitor {
    this.#sessions.delete(this.#idIn(request.headers.get('cookie') ?? '') ?? '')
    return this.#newVisitor(undefined)
  }

  #newVisitor(session: SignedIn | undefined): Visitor {
    const id = randomBytes(32).toString('base64url')
    if (session !== undefined) this.#sessions.set(id, session)
    const setCookie = `${this.#name}=${id}${this.#attributes}`
    return { formToken: this.#tokenOf(id), session, setCookie }
  }

  #idIn(cookies: string): string | undefined {
    const pair = cookies.split(';').find((one) => one.trim().startsWith(`${this.#name}=`))
    const id = pair?.trim().slice(this.#name.length + 1) ?? ''
    return /^[\w-]{43}$/.test(id) ? id : undefined
  }

  #tokenOf(id: string): string {
    return createHmac('sha256', this.#secret).update(id).digest('base64url')
  }
}

/** Keeps a request that was opened, in the place of the oldest one if there are too many. */
export function keepRequest({ requests }: SignedIn, handle: string): OpenRequest {
  const request: OpenRequest = { id: randomBytes(9).toString('base64url'), handle }
  for (const oldest of requests.keys()) {
    if (requests.size < maxRequests) break
    requests.delete(oldest)
  }
  requests.set(request.id, request)
  return request
}
