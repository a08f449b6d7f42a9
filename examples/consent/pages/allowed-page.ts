import type { AllowedAgent } from './allowed-agents.ts'
import { foreign, type Html, html } from './html.ts'
import { hidden, type Page } from './layout.ts'
import { ago, until } from './times.ts'

/** The consents of a person, each with a button that ends it. */
export function allowedPage(
  base: string,
  formToken: string,
  allowed: readonly AllowedAgent[],
  now: number,
  notice: string | undefined,
): Page {
  const item = ({ id, agent, provider, scopes, since, end }: AllowedAgent): Html =>
    html`<li class="card"><div><p class="verified">${provider}</p><p class="mono">${foreign(agent)}</p>
<p>${scopes.join(', ')}</p><p class="soft">Allowed ${ago(since, now)}, ${until(end, now)}</p></div>
<form method="post" action="${base}/allowed/${id}/end">${hidden('form_token', formToken)}<button class="danger">End<span class="unseen"> access of ${agent}</span></button></form></li>`
  const content =
    allowed.length === 0
      ? html`<p class="card">No agent may use your notes.</p>`
      : html`<ul class="list">${allowed.map(item)}</ul>
<p class="soft">Access ends at once. After that, the agent has to ask you again.</p>`
  return { title: 'Agents you allowed', content, notice }
}
