/** What a browser without scripts does: it keeps the cookie, follows redirects within the pages, and sends forms. */
export class WebVisitor {
  readonly #origin: string
  #cookie = ''

  constructor(origin: string) {
    this.#origin = origin
  }

  async get(path: string, init: RequestInit = {}): Promise<Shown> {
    const headers = { cookie: this.#cookie, ...init.headers }
    const response = await fetch(new URL(path, this.#origin), { redirect: 'manual', ...init, headers })
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0] ?? ''
    const location = response.headers.get('location')
    if (location !== null) return this.get(location)
    return shown(path, response, await response.text())
  }

  /** Sends the form of a page that leads to a path which ends so, with other values of its fields. */
  async send(
    page: Shown,
    action: string,
    values: Readonly<Record<string, string | readonly string[]>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Shown> {
    const form = [...page.text.matchAll(/<form[^>]* action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].find(
      ([, to = '']) => to.endsWith(action),
    )
    if (form === undefined) throw new Error(`the page has no form that leads to ${action}:\n${page.text}`)
    const [, to = '', content = ''] = form
    const body = new URLSearchParams()
    for (const [input] of content.matchAll(/<input[^>]*>/g)) {
      const [name, value] = [attribute(input, 'name'), attribute(input, 'value')]
      const isSent = !input.includes('type="checkbox"') || input.includes(' checked')
      if (isSent && !(name in values)) body.append(name, value)
    }
    for (const [name, value] of Object.entries(values))
      for (const one of [value].flat()) body.append(name, one)
    return this.get(to, { method: 'POST', body, headers })
  }

  async signIn(person: string, path = '/agents'): Promise<Shown> {
    return this.send(await this.get(path), '/sign-in', { person })
  }

  /** Signs in, enters a code, and comes to the page where the person decides. */
  async open(person: string, code: string): Promise<Shown> {
    return this.send(await this.signIn(person, `/agents?code=${code}`), '/redeem')
  }
}

export interface Shown {
  readonly path: string
  readonly status: number
  readonly headers: Headers
  readonly title: string
  readonly text: string
}

function shown(path: string, { status, headers }: Response, text: string): Shown {
  return { path, status, headers, title: /<h1>(.*?)<\/h1>/s.exec(text)?.[1] ?? '', text }
}

function attribute(tag: string, name: string): string {
  const [, value = ''] = new RegExp(` ${name}="([^"]*)"`).exec(tag) ?? []
  return value.replaceAll(/&#(\d+);/g, (_, number) => String.fromCharCode(Number(number)))
}
