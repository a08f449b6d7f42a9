import type { ResourceEvent, RevokedBy } from '@aauth-guard/core'
import { repeat } from 'lit/directives/repeat.js'
import { html, nothing } from 'lit/html.js'
import type { App } from '../app.ts'
import { manyOf, momentOf, shortOf } from '../model/format.ts'
import { learnedWords } from '../model/mission-status.ts'
import { foreign, mark, type View } from './parts.ts'

const revokedWords: Readonly<Record<RevokedBy, string>> = {
  operator: 'the operator, in this process',
  issuer: 'the issuer itself',
  fleet: 'another process of the fleet',
}

const maxShown = 60

export function happeningsView({ happenings }: App): View {
  if (happenings.length === 0)
    return html`<div class="empty"><h3>Nothing so far</h3><p>Terminations, revocations, key fetches and store failures appear here.</p></div>`
  const shown = happenings.slice(-maxShown).reverse()
  return html`<ol class="happenings">${repeat(
    shown,
    (event) => event,
    (event) =>
      html`<li><time>${momentOf(event.time)}</time>${mark(kindOf(event))}<span>${sentence(event)}${
        event.suppressed > 0
          ? html` <small>and ${manyOf(event.suppressed, 'more event')} of this type that ${event.suppressed === 1 ? 'was' : 'were'} not reported one by one</small>`
          : nothing
      }</span></li>`,
  )}</ol>`
}

function kindOf(event: ResourceEvent): 'accepted' | 'refused' | 'failed' | 'over' {
  switch (event.type) {
    case 'aauth.keys_fetched.v1':
      return event.outcome === 'fetched' ? 'accepted' : 'failed'
    case 'aauth.circuit_changed.v1':
      return event.state === 'closed' ? 'accepted' : 'failed'
    case 'aauth.store_failed.v1':
    case 'aauth.held_call_unknown.v1':
      return 'failed'
    case 'aauth.mission_terminated.v1':
    case 'aauth.token_revoked.v1':
    case 'aauth.issuer_purged.v1':
      return 'over'
    default:
      return 'refused'
  }
}

function sentence(event: ResourceEvent): View {
  switch (event.type) {
    case 'aauth.keys_fetched.v1':
      return event.outcome === 'fetched'
        ? html`<b>Keys fetched</b> of ${foreign(event.issuer, 90)} (${foreign(event.document, 40)})`
        : html`<b>Keys not fetched</b> of ${foreign(event.issuer, 90)}: ${foreign(event.hint ?? 'no reason given', 200)}`
    case 'aauth.discovery_limited.v1':
      return html`<b>Discovery limited</b>: a request was refused because too many unlisted issuers were being fetched. It claimed the issuer ${foreign(event.issuer, 90)}`
    case 'aauth.issuer_refused.v1':
      return html`<b>Issuer not trusted</b>: "trust" does not accept ${foreign(event.issuer, 90)}, the issuer that a token claimed (${foreign(event.kind, 20)})`
    case 'aauth.issuer_purged.v1':
      return html`<b>Issuer purged</b>: everything that ${foreign(event.issuer, 90)} vouched for is invalid. Learned from ${revokedWords[event.learnedFrom]}`
    case 'aauth.token_revoked.v1':
      return html`<b>Token revoked</b>: <code>${foreign(shortOf(event.jti, 24), 60)}</code> of ${foreign(event.issuer, 90)}. Learned from ${revokedWords[event.learnedFrom]}`
    case 'aauth.mission_terminated.v1':
      return html`<b>Mission terminated</b>: <code>${foreign(shortOf(event.mission.s256), 60)}</code> of ${foreign(event.mission.approver, 90)}${
        event.reason === undefined ? nothing : html`, for the reason ${foreign(event.reason, 120)}`
      }. Learned from ${learnedWords[event.learnedFrom]}`
    case 'aauth.store_failed.v1':
      return html`<b>Store failed</b>: ${foreign(event.store, 60)}: ${foreign(event.hint, 200)}`
    case 'aauth.circuit_changed.v1':
      return event.state === 'open'
        ? html`<b>Calls suspended</b> to ${foreign(event.subject, 90)} after failures`
        : html`<b>Calls resumed</b> to ${foreign(event.subject, 90)}`
    case 'aauth.held_call_unknown.v1':
      return html`<b>Outcome unknown</b> of the held call <code>${foreign(event.id, 60)}</code> of route ${foreign(event.route, 90)}: find out how it ended, and call <code>recordOutcome</code>`
  }
}
