import type { IssuerSnapshot } from '@aauth-guard/core'
import { html, nothing } from 'lit/html.js'
import type { App } from '../app.ts'
import { countOf, manyOf, serverNow, spanOf } from '../model/format.ts'
import { omittedFrom } from '../model/protocol.ts'
import { foreign, mark, type View } from './parts.ts'

const maxShown = 100

export function issuersView({ current }: App): View {
  const issuers = current?.issuers ?? []
  if (issuers.length === 0)
    return html`<div class="empty"><h3>No issuer so far</h3><p>An issuer appears when its keys are fetched for the first time.</p></div>`
  const now = serverNow() / 1000
  const more = Math.max(0, issuers.length - maxShown) + omittedFrom(current, 'issuers')
  const sorted = issuers.toSorted((a, b) => rankOf(a, now) - rankOf(b, now))
  return html`<ul class="facts-list">${sorted.slice(0, maxShown).map((issuer) => row(issuer, now))}</ul>
    ${more > 0 ? html`<p class="more">and ${countOf(more)} more</p>` : nothing}`
}

function row(issuer: IssuerSnapshot, now: number): View {
  const { document, keys, fetchedAt, freshUntil, failure, fetching, listed } = issuer
  const health = healthOf(issuer, now)
  return html`<li>${mark(health.mark)}<div>
    <p class="fact-name">${foreign(issuer.issuer, 100)}</p>
    <p class="fact-more"><span>${health.words}</span><span>${foreign(document, 40)}</span><span>${listed ? 'listed in trust' : 'not listed'}</span>
      <span>${manyOf(keys.length, 'key')}${keys.length === 0 ? nothing : html`: ${keys.slice(0, 4).map((kid) => html`<code>${foreign(kid, 24)}</code> `)}${keys.length > 4 ? '…' : nothing}`}</span>
      <span>${fetchedAt === undefined ? 'never fetched' : `fetched ${spanOf(now - fetchedAt)} ago`}</span>
      ${freshUntil === undefined ? nothing : html`<span>${freshUntil > now ? `fresh for ${spanOf(freshUntil - now)}` : `stale for ${spanOf(now - freshUntil)}`}</span>`}
      ${fetching ? html`<span>being fetched</span>` : nothing}</p>
    ${
      failure === undefined
        ? nothing
        : html`<p class="fault">${foreign(failure.hint, 200)}. ${manyOf(failure.count, 'failure')}, next try ${
            failure.retryAt > now ? `in ${spanOf(failure.retryAt - now)}` : 'with the next request'
          }.</p>`
    }
  </div></li>`
}

function healthOf({ failure, freshUntil }: IssuerSnapshot, now: number) {
  if (failure !== undefined) return { mark: 'failed', words: 'failing' } as const
  if (freshUntil !== undefined && freshUntil > now) return { mark: 'accepted', words: 'healthy' } as const
  return { mark: 'lingering', words: 'to be fetched again' } as const
}

function rankOf({ failure, listed }: IssuerSnapshot, _now: number): number {
  return (failure === undefined ? 2 : 0) + (listed ? 0 : 1)
}
