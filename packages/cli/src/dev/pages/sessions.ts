import { randomBytes, timingSafeEqual } from 'node:crypto'

/** A browser that came to the pages. */
export interface Session {
  /** Who signed in. */
  person: string | undefined
  /** Goes into every form, and has to come back with it. */
  readonly formToken: string
  /** What the next page tells. */
  notice: string | undefined
}

const most = 200

/** The browsers of a person server, by a cookie that scripts cannot read and other sites do not send. */
export class Sessions {
  readonly #cookie: string
  readonly #byId = new Map<string, Session>()

  /** @param port names the cookie: browsers share cookies between the ports of a host */
  constructor(port: number) {
    this.#cookie = `aauth-dev-${port}`
  }

  /** The session of a request. @returns with the cookie to set, where it is new */
  of(request: Request): { readonly session: Session; readonly setCookie?: string } {
    const known = this.#byId.get(this.#idIn(request.headers.get('cookie') ?? ''))
    if (known !== undefined) return { session: known }
    const id = randomBytes(32).toString('base64url')
    const session = { person: undefined, formToken: randomBytes(32).toString('base64url'), notice: undefined }
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size < most) break
      this.#byId.delete(oldest)
    }
    this.#byId.set(id, session)
    return { session, setCookie: `${this.#cookie}=${id}; Path=/; HttpOnly; SameSite=Strict` }
  }

  #idIn(cookies: string): string {
    const pair = cookies.split('; ').find((one) => one.startsWith(`${this.#cookie}=`))
    return pair?.slice(this.#cookie.length + 1) ?? ''
  }
}

/**
 * Whether a form was sent from a page of `origin`, in the browser that was given its token. Browsers say of every POST
 * where it comes from.
 */
export function isOwnForm(request: Request, origin: string, formToken: unknown, session: Session): boolean {
  const site = request.headers.get('sec-fetch-site')
  const given = Buffer.from(typeof formToken === 'string' ? formToken : '')
  const expected = Buffer.from(session.formToken)
  return (
    request.headers.get('origin') === origin &&
    (site === null || site === 'same-origin') &&
    given.length === expected.length &&
    timingSafeEqual(given, expected)
  )
}
