import type { PageRequest } from '@aauth-guard/core/managed'
import { foreign, type Html, html } from './html.ts'
import { hidden, type Page } from './layout.ts'
import { ago, until } from './times.ts'

interface Shown {
  /** Path of this request. */
  readonly path: string
  readonly formToken: string
  /** Seconds. */
  readonly now: number
  readonly notice?: string | undefined
}

/**
 * What an agent asks for. What was verified stands first and largest, and what the agent chose is marked. "Deny" is the
 * first button of the form, so that Enter allows nothing.
 */
export function decidePage(request: PageRequest, { path, formToken, now, notice }: Shown): Page {
  const { scopes, since, expires } = request
  const boxes = scopes.map(
    ({ scope, description }) =>
      html`<label class="scope"><input type="checkbox" name="scope" value="${scope}" checked><span>${description}<br><span class="chosen mono">${scope}</span></span></label>`,
  )
  const content = html`
<div class="warning"><p><strong>Allow this only if you started it.</strong> Did you tell this agent to use your notes, ${ago(since, now)}?</p>
<p>If somebody sent you the code or a link, choose “I did not start this”. Nobody at Notes ever sends you a code.</p></div>
<form method="post" action="${path}/decide" class="card">
${hidden('form_token', formToken)}
<dl>${who(request)}
<div><dt>Time</dt><dd>The agent asked ${ago(since, now)}. You can decide ${until(expires, now)}.</dd></div></dl>
<fieldset><legend>The agent could then, for 8 hours</legend>${boxes}</fieldset>
<div class="actions">
<button name="decision" value="deny">Deny</button>
<button name="decision" value="allow" class="primary">Allow</button>
<button name="decision" value="not-mine" class="danger wide">I did not start this</button>
</div>
</form>
${questions(request, path, formToken)}`
  return { title: 'Let an agent use your notes?', content, notice }
}

function who({ agent, thumbprint, personServer, mission }: PageRequest): Html {
  const key = html`<div><dt>Key of the agent</dt><dd class="mono">${thumbprint}</dd></div>`
  return html`
${
  agent === undefined
    ? html`<div><dt>Agent</dt><dd class="verified">known by its key alone</dd></div>${key}`
    : html`<div><dt>Agent provider, verified</dt><dd class="verified">${hostOf(agent.provider)}</dd></div>
<div><dt>Name of the agent</dt><dd class="mono">${foreign(agent.id)}</dd><dd class="chosen">Chosen by the agent and its provider, not checked by us.</dd></div>${key}`
}
<div><dt>Person server, named by the agent</dt><dd>${personServer === undefined ? 'None. The agent does not say for whom it acts.' : foreign(personServer)}</dd></div>
${mission && html`<div><dt>Mission</dt><dd>approved at ${foreign(mission.approver)}</dd></div>`}`
}

/** The host alone is what a person can compare. */
function hostOf(provider: string): string {
  return URL.canParse(provider) ? new URL(provider).host : provider
}

function questions(
  { answersQuestions, questions: asked }: PageRequest,
  path: string,
  formToken: string,
): Html {
  if (!answersQuestions) return html``
  const items = asked.map(
    ({ question, answer }) =>
      html`<div><dt>You asked: ${question}</dt><dd>${answer === undefined ? html`<em>No answer yet.</em> <a href="${path}">Look again</a>` : html`<span class="chosen">The agent wrote:</span><br>${foreign(answer)}`}</dd></div>`,
  )
  const isOpen = asked.some(({ answer }) => answer === undefined)
  return html`<h2>Ask the agent</h2>
${items.length > 0 && html`<dl class="card">${items}</dl>`}
${
  !isOpen &&
  asked.length < 5 &&
  html`<form method="post" action="${path}/ask" class="card">${hidden('form_token', formToken)}
<label class="field">Your question<textarea name="question" rows="2" maxlength="500" required></textarea></label>
<button>Ask</button></form>`
}`
}
