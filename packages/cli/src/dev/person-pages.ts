import { timingSafeEqual } from 'node:crypto'
import type { PendingRequest } from '@aauth-guard/testing'
import { consentPage } from './pages/consent-page.ts'
import { type Form, readForm } from './pages/form.ts'
import { html } from './pages/html.ts'
import { page } from './pages/layout.ts'
import { overviewPage } from './pages/overview-page.ts'
import { isOwnForm, type Session, Sessions } from './pages/sessions.ts'
import { signInPage } from './pages/sign-in-page.ts'
import { style } from './pages/style.ts'
import { decide, forget, revokeToken, terminateMission } from './person-actions.ts'
import type { World } from './world.ts'

type Action = (world: World, person: string, form: Form) => Promise<string>

const actions: Readonly<Record<string, Action>> = {
  '/decide': decide,
  '/terminate': terminateMission,
  '/revoke-token': revokeToken,
  '/forget': forget,
}
const paths = new Set(['/', '/style.css', '/interaction', '/sign-in', '/sign-out', ...Object.keys(actions)])

/** The pages on which persons decide. State is changed by forms of these pages alone. */
export class PersonPages {
  readonly #world: World
  readonly #password: string | undefined
  readonly #origin: string
  readonly #sessions: Sessions

  /** @param password that has to be given at sign-in, where the server can be reached from elsewhere */
  constructor(world: World, password: string | undefined) {
    this.#world = world
    this.#password = password
    this.#origin = world.at.personServer
    this.#sessions = new Sessions(Number(new URL(this.#origin).port))
  }

  /** `undefined` for a path that is not one of the pages. */
  async answer(request: Request): Promise<Response | undefined> {
    const url = new URL(request.url)
    if (!paths.has(url.pathname)) return undefined
    if (url.pathname === '/style.css')
      return new Response(style, {
        headers: { 'content-type': 'text/css; charset=utf-8', 'x-content-type-options': 'nosniff' },
      })
    const { session, setCookie } = this.#sessions.of(request)
    const response =
      request.method === 'POST' ? await this.#post(request, url, session) : await this.#get(url, session)
    if (setCookie !== undefined) response.headers.append('set-cookie', setCookie)
    return response
  }

  async #get(url: URL, session: Session): Promise<Response> {
    const { pathname, search, searchParams } = url
    if (pathname !== '/' && pathname !== '/interaction') return see('/')
    if (session.person === undefined)
      return signInPage(this.#world.persons, session, `${pathname}${search}`, this.#password !== undefined)
    // What a form came to is told on one page.
    const shown = { ...session }
    session.notice = undefined
    return pathname === '/'
      ? overviewPage(this.#overviewOf(session.person), shown)
      : this.#question(searchParams.get('code') ?? '', session.person, session)
  }

  async #post(request: Request, { pathname }: URL, session: Session): Promise<Response> {
    const form = await readForm(request)
    if (!isOwnForm(request, this.#origin, form.fields.form_token, session))
      return refused(
        403,
        'This form does not come from a page of this server, or your browser blocks its cookie.',
      )
    if (pathname === '/sign-in') return this.#signIn(form, session)
    if (pathname === '/sign-out') {
      session.person = undefined
      return see('/')
    }
    const action = Object.hasOwn(actions, pathname) ? actions[pathname] : undefined
    if (action === undefined) return refused(405, 'There is nothing to send here.')
    if (session.person === undefined) return see('/')
    try {
      session.notice = await action(this.#world, session.person, form)
    } catch (error) {
      session.notice = error instanceof Error ? `Not done: ${error.message}.` : 'Not done.'
    }
    return see('/')
  }

  #signIn({ fields: { person, next = '/', password = '' } }: Form, session: Session): Response {
    if (this.#password !== undefined && !isSame(password, this.#password)) {
      session.notice = 'The password is not the one that the terminal shows.'
      return see(ownPath(next))
    }
    if (person !== undefined && this.#world.persons.includes(person)) session.person = person
    session.notice = undefined
    return see(ownPath(next))
  }

  async #question(code: string, person: string, session: Session): Promise<Response> {
    const { net, personServer } = this.#world
    const meant = code.replaceAll('-', '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0')
    const asked = this.#waitingFor(person).find((one) => one.code === meant)
    if (asked === undefined) {
      session.notice = 'Nothing waits for you under this code. It may have expired or been decided.'
      return see('/')
    }
    const { mission, resource } = asked.consent ?? {}
    return consentPage(asked, session, {
      mission: mission === undefined ? undefined : personServer.missions.get(mission),
      descriptions: resource === undefined ? {} : await descriptionsOf(net.fetch, resource),
    })
  }

  #overviewOf(person: string) {
    const { personServer, connections } = this.#world
    const isOwn = (one: { readonly person?: string | undefined }) => (one.person ?? person) === person
    return {
      waiting: this.#waitingFor(person),
      missions: personServer.missions.all().filter(isOwn),
      tokens: personServer
        .tokens()
        .filter((token) => isOwn(token) && !personServer.withdrawn.has(personServer.id, token.jti)),
      connections: connections.all().filter(isOwn),
    }
  }

  /** What this person is asked, or whoever has the code. */
  #waitingFor(person: string): readonly PendingRequest[] {
    const { waiting } = this.#world.personServer.missions
    return waiting.filter(({ consent }) => (consent?.person ?? person) === person)
  }
}

/** What an API says of its scopes, if it is there. */
async function descriptionsOf(fetcher: typeof fetch, resource: string): Promise<Record<string, unknown>> {
  try {
    const response = await fetcher(`${resource}/.well-known/aauth-resource.json`)
    const { scope_descriptions: descriptions } = (await response.json()) as Record<string, unknown>
    return typeof descriptions === 'object' && descriptions !== null ? { ...descriptions } : {}
  } catch {
    return {}
  }
}

/** A path of this server: no form leads to another. */
function ownPath(path: string): string {
  return /^\/(?:interaction\?code=[A-Za-z0-9-]{1,64})?$/.test(path) ? path : '/'
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function see(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
}

function refused(status: number, why: string): Response {
  return page({ title: 'Not done', content: html`<p>${why}</p><p><a href="/">Back</a></p>` }, { status })
}
