import { html, nothing } from 'lit/html.js'
import type { App } from '../app.ts'
import { stepsOf } from '../model/decision-log.ts'
import { durationOf, momentOf, serverNow, spanOf, timeOf } from '../model/format.ts'
import { statusOf, statusWords } from '../model/mission-status.ts'
import type { ConsoleDecision } from '../model/protocol.ts'
import { copyJson } from './copy.ts'
import { fact, facts } from './facts.ts'
import { bar, foreign, mark, outcomeWords, type View } from './parts.ts'

/** Why, and what to do, before everything else. */
export function decisionView(app: App, decision: ConsoleDecision): View {
  const { outcome, status, code, explanation, hint, method, path, time } = decision
  // What was wrong with this request, before what its code means.
  const specific = hint === explanation.why ? undefined : hint
  return html`<article class="detail ${outcome}">
    <header>
      <p class="verdict">${mark(outcome)}<b>${outcomeWords[outcome]}</b>${status === undefined ? nothing : html`<span class="digits">${status}</span>`}${
        code === undefined ? nothing : html`<code>${foreign(code, 40)}</code>`
      }<time>${timeOf(time, true)}</time></p>
      <h2 class="why" tabindex="-1">${foreign(specific ?? explanation.why, 600)}</h2>
      ${specific === undefined ? nothing : html`<p class="because">${foreign(explanation.why, 600)}</p>`}
    </header>
    <div class="todo">
      <div><h3>What the agent must do</h3><p>${foreign(explanation.agent, 600)}</p></div>
      <div><h3>What you must do</h3><p>${foreign(explanation.operator, 600)}</p></div>
    </div>
    <p class="target"><code>${foreign(method, 24)}</code> <code class="path">${foreign(path, 1024)}</code></p>
    ${who(decision)} ${mission(app, decision)} ${steps(app, decision)} ${duration(decision)} ${request(decision)}
    <div class="actions">
      <button type="button" class="control" @click=${(event: Event) => void copyJson(decision, event.currentTarget as HTMLElement)}>Copy as JSON</button>
      ${filterButton(app, 'agent', decision.agent ?? decision.claimed?.agent, 'Only this agent')}
      ${filterButton(app, 'code', code, 'Only this code')}
      ${filterButton(app, 'route', decision.requirement, 'Only this route')}
    </div>
    <p class="when">${momentOf(time)}, ${spanOf((serverNow() - time) / 1000)} ago</p>
  </article>`
}

function who({
  issuer,
  agent,
  person,
  personScope,
  kind,
  generation,
  thumbprint,
  jti,
  exp,
  claimed,
  ...decision
}: ConsoleDecision): View {
  const isVerified = issuer !== undefined || agent !== undefined
  if (!isVerified && claimed === undefined)
    return html`<section class="who"><h3>Who</h3><p class="none">The request had no AAuth credential that could be read, so nothing is known of the caller.</p></section>`
  if (!isVerified)
    return html`<section class="who unverified"><h3>Who <span class="badge unsure">claimed, not verified</span></h3>
      <p class="none">The signature or the token did not verify. Anybody can claim this.</p>
      ${facts(fact('Agent', claimed?.agent), fact('Issuer', claimed?.issuer), fact('Mission', claimed?.mission))}</section>`
  const now = serverNow() / 1000
  return html`<section class="who"><h3>Who <span class="badge sure">verified</span></h3>
    ${facts(
      fact('Agent', agent),
      fact('Issuer', issuer),
      fact('Provider', decision.class),
      fact(
        'Person',
        person === undefined
          ? undefined
          : html`<code>${foreign(person, 60)}</code>${personScope === 'process' ? html` <small>a hash of this process</small>` : nothing}`,
      ),
      fact(
        'Token',
        kind === undefined
          ? undefined
          : html`${foreign(kind, 24)}${generation === undefined ? nothing : html` <small>generation ${foreign(generation, 24)}</small>`}`,
      ),
      fact(
        'Expires',
        exp === undefined
          ? undefined
          : html`${momentOf(exp * 1000)} <small>${exp > now ? `in ${spanOf(exp - now)}` : `${spanOf(now - exp)} ago`}</small>`,
      ),
      fact('jti', jti, 'code'),
      fact('Thumbprint', thumbprint, 'code'),
    )}</section>`
}

function mission(app: App, { mission }: ConsoleDecision): View | typeof nothing {
  if (mission === undefined) return nothing
  const known = app.missionOf(mission)
  const status = known === undefined ? undefined : statusOf(known, serverNow())
  return html`<section><h3>Mission</h3><button type="button" class="link-row" @click=${() => app.selectMission(mission)}>
    ${status === undefined ? nothing : mark(status)}<span><b>${status === undefined ? 'Not in the last snapshot' : statusWords[status]}</b>
    <span class="sub"><code>${foreign(mission.s256, 60)}</code> at ${foreign(mission.approver, 80)}</span></span></button></section>`
}

function steps(app: App, decision: ConsoleDecision): View | typeof nothing {
  const found = stepsOf([app.log.kept, ...(app.held === undefined ? [] : [app.held])], decision.request)
  if (found.length < 2) return nothing
  return html`<section><h3>Steps of this request</h3><ol class="steps">${found.map(
    (step) =>
      html`<li aria-current=${step.step === decision.step ? 'step' : nothing}>${mark(step.outcome)}<span>${outcomeWords[step.outcome]} <small>at the ${foreign(step.point, 20)}</small></span>${
        step.code === undefined ? nothing : html`<code>${foreign(step.code, 40)}</code>`
      }<time>${timeOf(step.time, true)}</time></li>`,
  )}</ol></section>`
}

function duration({ duration }: ConsoleDecision): View | typeof nothing {
  const { total, ...rest } = duration
  const stages = Object.entries(rest)
  const sum = total ?? stages.reduce((all, [, ms]) => all + ms, 0)
  if (sum <= 0) return nothing
  return html`<section><h3>Duration <small>${durationOf(sum)}</small></h3>
    ${bar(stages.map(([, ms], at) => ({ kind: `stage-${at % 4}`, share: ms / sum })))}
    <ul class="stages">${stages.map(([name, ms], at) => html`<li><i class="swatch stage-${at % 4}"></i>${foreign(name, 24)} <b>${durationOf(ms)}</b></li>`)}</ul></section>`
}

function request({
  requirement,
  credential,
  scheme,
  covered,
  point,
  step,
  seq,
  request,
  process,
  call_id,
  stale,
}: ConsoleDecision): View {
  return html`<section><h3>Request</h3>${facts(
    fact('Route', requirement ?? html`<span class="none">its requirement has no name</span>`),
    fact('Decided at', html`the ${foreign(point, 20)}, step ${step}`),
    fact(
      'Credential',
      scheme === undefined ? (credential === 'aauth' ? 'AAuth' : 'none, on an optional route') : scheme,
    ),
    fact('Stale', stale ? 'A store did not answer: its last answer was used.' : undefined),
    fact(
      'Covered',
      covered === undefined
        ? undefined
        : html`${covered.map((name) => html`<code>${foreign(name, 60)}</code> `)}`,
    ),
    fact('Request', request, 'code'),
    fact('Call', call_id, 'code'),
    fact('Process, no.', html`<code>${foreign(process, 40)}</code>, ${seq}`),
  )}</section>`
}

function filterButton(
  app: App,
  facet: 'agent' | 'code' | 'route',
  value: string | undefined,
  text: string,
): View | typeof nothing {
  return value === undefined
    ? nothing
    : html`<button type="button" class="control" @click=${() => app.setFilter({ [facet]: value })}>${text}</button>`
}
