import type { IssuedToken, PendingRequest, TestMission } from '@aauth-guard/testing'
import type { Connection } from '../connections.ts'
import { missionText } from './consent-page.ts'
import { foreign, type Html, html } from './html.ts'
import { oneButton, page } from './layout.ts'
import type { Session } from './sessions.ts'

/** What concerns the person who signed in. */
export interface Overview {
  readonly waiting: readonly PendingRequest[]
  readonly missions: readonly TestMission[]
  readonly tokens: readonly IssuedToken[]
  readonly connections: readonly Connection[]
}

const questions: Readonly<Record<PendingRequest['about'], string>> = {
  'auth-token': 'asks for access to',
  'person-token': 'wants to say who you are at',
  proposal: 'proposes a mission',
  completion: 'reports that a mission is complete',
}

export function overviewPage(overview: Overview, session: Session): Response {
  const { person, formToken, notice } = session
  const { waiting, missions, tokens, connections } = overview
  const content = html`
<h2>Waiting for you</h2>
${list(waiting.map(waitingItem), 'Nothing is waiting. When an agent asks for something, it appears here.')}
<h2>Missions</h2>
${list(
  missions.toReversed().map((mission) => missionItem(mission, formToken)),
  'No agent works under a mission.',
)}
<h2>Tokens</h2>
${list(
  tokens.toReversed().map((token) => tokenItem(token, formToken)),
  'No agent holds a token of yours.',
)}
<h2>Agents that may say who you are</h2>
${list(
  connections.map((connection) => connectionItem(connection, formToken)),
  'You are asked before an agent says who you are.',
)}
<h2>Enter a code</h2>
<form action="/interaction" class="ask"><label class="field">Code that the agent shows<input type="text" name="code" autocomplete="off" required></label><button>Show the question</button></form>`
  return page({ title: `What agents do for ${person}`, person, formToken, notice, content })
}

function list(items: readonly Html[], empty: string): Html {
  return items.length === 0 ? html`<p class="empty">${empty}</p>` : html`<ul class="list">${items}</ul>`
}

function waitingItem({ about, agent, code, consent, description }: PendingRequest): Html {
  const what = consent === undefined ? foreign(description) : html`<strong>${consent.resource}</strong>`
  return html`<li><div><h3>${agent}</h3><p>${questions[about]} ${what}</p></div><a class="button primary" href="/interaction?code=${code}">Review<span class="unseen"> what ${agent} asks</span></a></li>`
}

function missionItem(mission: TestMission, formToken: string): Html {
  const { s256, agent, approvedAt, terminatedAt, reason } = mission
  const isOver = terminatedAt !== undefined
  const state = isOver
    ? html`<span class="state over">terminated ${time(terminatedAt)}${reason !== undefined && ` (${reason})`}</span>`
    : html`<span class="state">active</span>`
  const label = html`<span class="danger">Terminate</span>`
  return html`<li><div><h3>${foreign(missionText(mission))}</h3><p>${state} · approved ${time(approvedAt)}</p><p>${agent}</p><p class="small">${s256}</p></div>${!isOver && oneButton('/terminate', { form_token: formToken, s256 }, label)}</li>`
}

function tokenItem({ kind, jti, aud, agent, exp, mission }: IssuedToken, formToken: string): Html {
  const under = mission !== undefined && html` · under a mission`
  const label = html`<span class="danger">Revoke</span>`
  return html`<li><div><h3>${kind === 'auth-token' ? 'Access to' : 'Your identifier at'} ${aud}</h3><p>until ${time(exp)}${under || ''}</p><p>${agent}</p></div>${oneButton('/revoke-token', { form_token: formToken, jti }, label)}</li>`
}

function connectionItem({ agent, resource }: Connection, formToken: string): Html {
  const values = { form_token: formToken, agent, resource }
  return html`<li><div><h3>${agent}</h3><p>at ${resource}</p></div>${oneButton('/forget', values, html`Ask me again`)}</li>`
}

function time(seconds: number): Html {
  const text = new Date(seconds * 1000).toISOString()
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`
}
