import { isAAuthError, type Resource } from '@aauth-guard/core'
import { type InteractionPage, interactionPage } from '@aauth-guard/core/managed'
import { AllowedAgents } from './allowed-agents.ts'
import { allowedPage } from './allowed-page.ts'
import { codePage } from './code-page.ts'
import { decidePage } from './decide-page.ts'
import { choiceOf, decideOnce } from './decisions.ts'
import { type Form, readForm } from './form.ts'
import { fields, type Page, render, see } from './layout.ts'
import { problemPage, refusedPage } from './problem-page.ts'
import { resultPage } from './result-page.ts'
import { signInPage } from './sign-in-page.ts'
import { style } from './style.ts'
import { keepRequest, type OpenRequest, type SignedIn, type Visitor, Visitors } from './visitors.ts'

export interface PagesOptions {
  /** `interaction.url` of the resource. All pages are at or below its path. */
  readonly url: string
  /** Who can sign in. */
  readonly persons: readonly string[]
  /** Seconds; default the time of this computer. */
  readonly now?: () => number
}

/** @param source of the request, such as the address of the client, for the limit of wrong codes */
export type Pages = (request: Request, source?: string) => Promise<Response>

/** The pages on which persons decide about agents, for any server that knows `Request` and `Response`. */
export function consentPages(resource: Resource, options: PagesOptions): Pages {
  const pages = new ConsentPages(resource, options)
  return (request, source) => pages.answer(request, source)
}

class ConsentPages {
  readonly #resource: Resource
  readonly #page: InteractionPage
  readonly #base: string
  readonly #persons: readonly string[]
  readonly #now: () => number
  readonly #visitors: Visitors
  readonly #allowed = new AllowedAgents()

  constructor(resource: Resource, { url, persons, now = () => Math.floor(Date.now() / 1000) }: PagesOptions) {
    this.#resource = resource
    this.#page = interactionPage(resource)
    this.#base = new URL(url).pathname
    this.#persons = persons
    this.#now = now
    this.#visitors = new Visitors(url)
  }

  async answer(request: Request, source?: string): Promise<Response> {
    const url = new URL(request.url)
    const path = url.pathname.slice(this.#base.length)
    if (path === '/style.css')
      return new Response(style, { headers: { ...fields, 'content-type': 'text/css; charset=utf-8' } })
    let visitor = this.#visitors.visitorOf(request)
    let response: Response
    if (request.method === 'POST') {
      const posted = await this.#post(request, path, visitor, source)
      visitor = posted.visitor ?? visitor
      response = posted.response
    } else if (request.method === 'GET' || request.method === 'HEAD') {
      response = await this.#get(url, path, visitor)
    } else {
      response = this.#show(visitor, refusedPage(this.#base, 405, 'There is nothing to do here in that way.'))
    }
    if (visitor.setCookie !== undefined) response.headers.append('set-cookie', visitor.setCookie)
    return response
  }

  /** Pages. Looking at them changes nothing, so that previews of links and prefetches do not either. */
  async #get({ pathname, search, searchParams }: URL, path: string, visitor: Visitor): Promise<Response> {
    const { session, formToken } = visitor
    const base = this.#base
    const [, id = ''] = /^\/requests\/([\w-]{12})$/.exec(path) ?? []
    if (path !== '' && path !== '/allowed' && id === '') return this.#show(visitor, nothingHere(base))
    if (session === undefined)
      return this.#show(visitor, signInPage(base, this.#persons, formToken, `${pathname}${search}`))
    if (path === '/allowed') {
      const now = this.#now()
      const allowed = this.#allowed.of(session.person, now)
      return this.#show(visitor, allowedPage(base, formToken, allowed, now, takeNotice(session)))
    }
    if (id !== '') return this.#showRequest(visitor, session, id)
    const [code, callback] = [searchParams.get('code') ?? '', searchParams.get('callback') ?? '']
    const opened = await session.redeemed.get(keyOf(code))?.catch(() => undefined)
    if (opened !== undefined) return see(this.#pathOf(opened))
    return this.#show(visitor, codePage(base, formToken, { code: code.slice(0, 32), callback }))
  }

  async #showRequest(visitor: Visitor, session: SignedIn, id: string): Promise<Response> {
    const open = session.requests.get(id)
    if (open === undefined) return this.#show(visitor, nothingHere(this.#base))
    return this.#explained(visitor, async () => {
      const decision = await open.decision
      if (decision !== undefined) return this.#show(visitor, resultPage(this.#base, decision))
      const request = await this.#page.read(open.handle, session)
      const { formToken } = visitor
      const shown = { path: this.#pathOf(open), formToken, now: this.#now(), notice: takeNotice(session) }
      return this.#show(visitor, decidePage(request, shown))
    })
  }

  /** What a form asks for. @returns with the visitor, if somebody else is one now */
  async #post(
    request: Request,
    path: string,
    visitor: Visitor,
    source: string | undefined,
  ): Promise<{ readonly response: Response; readonly visitor?: Visitor }> {
    const base = this.#base
    const form = await readForm(request)
    if (form === undefined || !this.#visitors.isOwnForm(request, visitor, form.field('form_token'))) {
      const text = 'This form does not come from a page of ours, or your browser blocks our cookie.'
      return { response: this.#show(visitor, refusedPage(base, 403, text)) }
    }
    if (path === '/sign-in') {
      const person = this.#persons.find((one) => one === form.field('person'))
      const response = see(this.#ownPath(form.field('next')))
      return person === undefined ? { response } : { response, visitor: this.#visitors.signIn(person) }
    }
    if (path === '/sign-out') return { response: see(base), visitor: this.#visitors.signOut(request) }
    const { session } = visitor
    if (session === undefined) return { response: see(base) }
    return {
      response: await this.#explained(visitor, () => this.#change(path, form, visitor, session, source)),
    }
  }

  async #change(
    path: string,
    form: Form,
    visitor: Visitor,
    session: SignedIn,
    source: string | undefined,
  ): Promise<Response> {
    if (path === '/redeem') return see(this.#pathOf(await this.#redeem(form, session, source)))
    const [, consent = ''] = /^\/allowed\/([\w-]{12})\/end$/.exec(path) ?? []
    if (consent !== '') return this.#end(session, consent)
    const [, id = '', action] = /^\/requests\/([\w-]{12})\/(decide|ask)$/.exec(path) ?? []
    const open = session.requests.get(id)
    if (open === undefined) return this.#show(visitor, nothingHere(this.#base))
    if (action === 'ask') {
      const question = form.field('question').trim().slice(0, 500)
      if (question !== '') {
        await this.#page.ask(open.handle, { ...session, question })
        session.notice = 'Your question was sent. The answer appears at the end of this page.'
      }
      return see(this.#pathOf(open))
    }
    const choice = choiceOf(form)
    const scopes = form.all('scope')
    if (choice === undefined || (choice === 'allow' && scopes.length === 0))
      session.notice = 'Choose what you allow, or deny the request.'
    else
      await decideOnce(
        this.#page,
        this.#allowed,
        open,
        { person: session.person, choice, scopes },
        this.#now(),
      )
    return see(this.#pathOf(open))
  }

  /** A code that was sent twice, by a double click or after going back, leads to the same request. */
  #redeem(form: Form, session: SignedIn, source: string | undefined): Promise<OpenRequest> {
    const code = form.field('code')
    const key = keyOf(code)
    const known = session.redeemed.get(key)
    if (known !== undefined) return known
    const callback = form.field('callback')
    const opening = this.#page
      .redeemCode(code, { person: session.person, source, ...(callback !== '' && { callback }) })
      .then(({ handle }) => keepRequest(session, handle))
    session.redeemed.set(key, opening)
    opening.catch(() => session.redeemed.delete(key))
    for (const oldest of session.redeemed.keys()) {
      if (session.redeemed.size <= 20) break
      session.redeemed.delete(oldest)
    }
    return opening
  }

  async #end(session: SignedIn, id: string): Promise<Response> {
    const { person } = session
    const allowed = this.#allowed.of(person, this.#now()).find((one) => one.id === id)
    if (allowed !== undefined) {
      await this.#resource.managed.end({ consent: allowed.consent })
      this.#allowed.remove(person, id)
      session.notice = 'Ended. The agent has no access any more.'
    }
    return see(`${this.#base}/allowed`)
  }

  /** What the guard refuses is told to the person. */
  async #explained(visitor: Visitor, make: () => Promise<Response>): Promise<Response> {
    try {
      return await make()
    } catch (error) {
      if (!isAAuthError(error)) throw error
      return this.#show(visitor, await problemPage(this.#base, error))
    }
  }

  #show(visitor: Visitor, page: Page): Response {
    return render(this.#base, visitor, page)
  }

  #pathOf({ id }: OpenRequest): string {
    return `${this.#base}/requests/${id}`
  }

  /** Sign-in leads to one of the pages and nowhere else. */
  #ownPath(next: string): string {
    const address = URL.canParse(next, 'http://localhost') && new URL(next, 'http://localhost')
    if (!address) return this.#base
    const { pathname, search } = address
    const isOwn = pathname === this.#base || pathname.startsWith(`${this.#base}/`)
    return isOwn ? `${pathname}${search}` : this.#base
  }
}

function takeNotice(session: SignedIn): string | undefined {
  const { notice } = session
  session.notice = undefined
  return notice
}

/** Codes that differ in case and hyphens are the same. */
function keyOf(code: string): string {
  return code.replaceAll(/[\s-]/g, '').toUpperCase().slice(0, 32)
}

function nothingHere(base: string): Page {
  return refusedPage(base, 404, 'There is nothing here any more.')
}
