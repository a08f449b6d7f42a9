/** A browser without a screen: it keeps its cookie and sends forms as browsers do. */
export class Visitor {
  readonly origin: string
  #cookie = ''
  #formToken = ''

  constructor(origin: string) {
    this.origin = origin
  }

  async get(
    path: string,
  ): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
    const response = await fetch(`${this.origin}${path}`, {
      redirect: 'manual',
      headers: { cookie: this.#cookie },
    })
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0] as string
    const text = await response.text()
    this.#formToken = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? this.#formToken
    return { status: response.status, text, headers: response.headers }
  }

  /** Sends a form and follows to the page that it leads to. `changed` replaces header fields. */
  async send(
    path: string,
    fields: readonly (readonly [string, string])[],
    changed: Readonly<Record<string, string | undefined>> = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const given = { cookie: this.#cookie, origin: this.origin, 'sec-fetch-site': 'same-origin', ...changed }
    const headers = Object.entries(given).filter((one): one is [string, string] => one[1] !== undefined)
    const body = new URLSearchParams([['form_token', this.#formToken], ...fields] as [string, string][])
    const init = { method: 'POST', redirect: 'manual', headers, body } as const
    const response = await fetch(`${this.origin}${path}`, init)
    const next = response.headers.get('location')
    return next === null ? { status: response.status, text: await response.text() } : this.get(next)
  }

  async signIn(person: string, fields: readonly (readonly [string, string])[] = []): Promise<string> {
    await this.get('/')
    return (await this.send('/sign-in', [['person', person], ['next', '/'], ...fields])).text
  }
}
