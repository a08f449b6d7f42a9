import { foreign, html } from './html.ts'
import type { Page } from './layout.ts'
import type { Decision } from './visitors.ts'

const texts: Readonly<Record<Decision['outcome'], readonly [title: string, text: string]>> = {
  completed: ['Allowed', 'The agent learns of it within seconds and continues by itself.'],
  denied: ['Denied', 'The agent gets no access, and is told that you said no.'],
  abandoned: [
    'Nothing was allowed',
    'Thank you. Whoever gave you the code may have wanted access to your notes. Do not enter another code from them.',
  ],
  expired: ['Too late', 'Nobody decided in time. Tell your agent to ask again.'],
  ended: ['No longer needed', 'The request of the agent has ended. Nothing was allowed.'],
}

/** What became of a request. Only now there is a way on, and somebody who did not start the request is sent nowhere. */
export function resultPage(base: string, { outcome, agent, scopes, callback }: Decision): Page {
  const [title, text] = texts[outcome]
  const content = html`
<div class="card"><p>${text}</p>
${
  outcome === 'completed' &&
  html`<dl><div><dt>Agent</dt><dd class="mono">${foreign(agent)}</dd></div><div><dt>It may</dt><dd>${scopes.map((scope) => html`${scope}<br>`)}</dd></div></dl>
<p>You can end this at any time: <a href="${base}/allowed">agents you allowed</a>.</p>`
}</div>
${callback !== undefined && outcome !== 'abandoned' ? html`<p><a href="${callback}" rel="noreferrer">Back to ${new URL(callback).host}</a></p>` : html`<p>You can close this page.</p>`}`
  return { title, content }
}
