import type { Mission, OutstandingToken, OutstandingTokens } from '@aauth-guard/core'
import { html, nothing } from 'lit/html.js'
import type { App } from '../app.ts'
import { keyOf } from '../model/decision-log.ts'
import { countOf, manyOf, momentOf, serverNow, shortOf, spanOf, timeOf } from '../model/format.ts'
import { learnedWords, statusOf, statusWords, verdictOf } from '../model/mission-status.ts'
import { type ConsoleDecision, omittedFrom } from '../model/protocol.ts'
import { fact, facts } from './facts.ts'
import { foreign, mark, outcomeWords, type View } from './parts.ts'

const maxTokens = 200
const maxDecisions = 50

/** Whether a mission is over, and who still holds what. */
export function missionView(app: App, mission: Mission): View {
  const known = app.missionState?.outstanding ?? app.missionOf(mission)
  const now = serverNow()
  if (known === undefined)
    return html`<article class="detail"><h2 class="why" tabindex="-1">${app.missionFault ?? 'Asking the server'}</h2>
      ${facts(fact('Mission', mission.s256, 'code'), fact('Person server', mission.approver))}</article>`
  const status = statusOf(known, now)
  const { terminated, lastAcceptedAt } = known
  const outstanding = app.missionState?.outstanding
  return html`<article class="detail mission-detail ${status}">
    <header>
      <p class="verdict">${mark(status)}<b>${statusWords[status]}</b></p>
      <h2 class="why" tabindex="-1">${verdictOf(known, now)}</h2>
      <p class="caveat">This is what this process knows. Tokens that other processes and other resources accepted are not counted.</p>
    </header>
    ${facts(
      fact('Mission', mission.s256, 'code'),
      fact('Person server', mission.approver),
      fact(
        'Terminated',
        terminated === undefined
          ? 'not as far as known'
          : html`${momentOf(terminated.at)} <small>${spanOf((now - terminated.at) / 1000)} ago</small>`,
      ),
      fact(
        'Reason',
        terminated?.reason ??
          (terminated === undefined ? undefined : html`<span class="none">none given</span>`),
      ),
      fact('Learned from', terminated === undefined ? undefined : learnedWords[terminated.learnedFrom]),
      fact(
        'Last accepted',
        lastAcceptedAt === undefined
          ? 'never'
          : html`${momentOf(lastAcceptedAt)} <small>${lastAcceptance(lastAcceptedAt, terminated?.at, now)}</small>`,
      ),
    )}
    ${outstanding === undefined ? html`<p class="none">${app.missionFault ?? 'Asking the server for the tokens'}</p>` : tokenList(outstanding, now)}
    ${decisionList(app, app.missionState?.decisions ?? [])}
  </article>`
}

function lastAcceptance(at: number, terminatedAt: number | undefined, now: number): string {
  if (terminatedAt === undefined) return `${spanOf((now - at) / 1000)} ago`
  const before = (terminatedAt - at) / 1000
  return before >= 0
    ? `${spanOf(before)} before this process learned of the termination`
    : `${spanOf(-before)} after the termination was learned`
}

function tokenList(outstanding: OutstandingTokens, now: number): View {
  const { tokens, atLeast } = outstanding
  const more = Math.max(0, tokens.length - maxTokens) + omittedFrom(outstanding, 'tokens')
  const isAlive = ({ exp, revoked }: OutstandingToken) => exp * 1000 > now && revoked !== true
  const alive = tokens.filter(isAlive).length
  const sorted = tokens.toSorted((a, b) => Number(isAlive(b)) - Number(isAlive(a)) || b.exp - a.exp)
  return html`<section><h3>Who holds what <small>${atLeast ? 'at least ' : ''}${manyOf(alive, 'token')} alive, ${countOf(tokens.length - alive)} expired or revoked</small></h3>
    ${tokens.length === 0 ? html`<p class="none">No token was accepted in the last hour.</p>` : nothing}
    <ul class="tokens">${sorted.slice(0, maxTokens).map((token) => tokenRow(token, isAlive(token), now))}</ul>
    ${more > 0 ? html`<p class="more">and ${countOf(more)} more</p>` : nothing}
  </section>`
}

function tokenRow(token: OutstandingToken, isAlive: boolean, now: number): View {
  const { agent, exp, revoked, jti, thumbprint, accepted, lastAcceptedAt } = token
  const left = exp - now / 1000
  const state = revoked
    ? html`<span class="token-state">revoked here${left > 0 ? html`, expires in <b>${spanOf(left)}</b>` : nothing}</span>`
    : left > 0
      ? html`<span class="token-state">lives <b>${spanOf(left)}</b></span>`
      : html`<span class="token-state">expired ${spanOf(-left)} ago</span>`
  return html`<li class=${isAlive ? 'alive' : 'gone'}>
    <p class="token-head"><span class="token-agent">${agent === undefined ? html`<span class="none">no agent named</span>` : foreign(agent, 120)}</span>${state}</p>
    <p class="fact-more"><span>${token.class === undefined ? 'provider unknown' : foreign(token.class, 80)}</span><span>accepted ${manyOf(accepted, 'time')}, last ${momentOf(lastAcceptedAt)}</span></p>
    <p class="fact-more"><span>jti <code>${foreign(shortOf(jti, 22), 60)}</code></span><span>key <code>${foreign(shortOf(thumbprint, 16), 40)}</code></span><span>exp ${momentOf(exp * 1000)}</span></p>
  </li>`
}

function decisionList(app: App, decisions: readonly ConsoleDecision[]): View {
  const shown = decisions.slice(-maxDecisions).reverse()
  return html`<section><h3>Its decisions <small>${decisions.length === 0 ? 'none among those that are kept' : manyOf(decisions.length, 'decision')}</small></h3>
    <ul class="mission-decisions">${shown.map(
      (decision) =>
        html`<li><button type="button" @click=${() =>
          app.selectDecision(
            { key: keyOf(decision), order: 0, decision },
            true,
          )}><time>${timeOf(decision.time)}</time>${mark(decision.outcome)}<span>${outcomeWords[decision.outcome]}</span><code>${foreign(decision.method, 12)} ${foreign(decision.path, 80)}</code></button></li>`,
    )}</ul></section>`
}
