import type { PendingRequest, TestMission } from '@aauth-guard/testing'
import { foreign, type Html, html } from './html.ts'
import { page } from './layout.ts'
import type { Session } from './sessions.ts'

/** What the page knows beside the question. */
interface Beside {
  readonly mission: TestMission | undefined
  /** What the API says of its scopes. */
  readonly descriptions: Readonly<Record<string, unknown>>
}

const titles: Readonly<Record<PendingRequest['about'], string>> = {
  'auth-token': 'Give an agent access?',
  'person-token': 'Let an agent say who you are?',
  proposal: 'Approve a mission?',
  completion: 'Is the mission complete?',
}

/**
 * One question to the person. Verified origins stand first and largest, then what agents and APIs chose. "Deny" is the
 * first button of the form, so that Enter approves nothing.
 */
export function consentPage(asked: PendingRequest, session: Session, beside: Beside): Response {
  const content = html`
<form method="post" action="/decide" class="card">
<input type="hidden" name="form_token" value="${session.formToken}">
<input type="hidden" name="code" value="${asked.code}">
<dl>${question(asked, beside)}</dl>
${scopes(asked, beside)}
<div class="actions"><button name="decision" value="deny">Deny</button><button name="decision" value="approve" class="primary">Approve</button></div>
</form>
<p class="soft">The agent shows the code <strong class="code">${asked.code}</strong>. Deny if yours shows another one.</p>`
  const { person, formToken, notice } = session
  return page({ title: titles[asked.about], person, formToken, notice, content })
}

function question({ about, agent, description, consent }: PendingRequest, { mission }: Beside): Html {
  const who = html`<div><dt>Agent</dt><dd class="origin">${agent}</dd></div>`
  if (consent === undefined) {
    const says = about === 'proposal' ? 'It wants to' : 'It says'
    return html`${who}<div><dt>${says}</dt><dd>${foreign(description)}</dd></div>`
  }
  return html`
<div><dt>API</dt><dd class="origin">${consent.resource}</dd></div>
${who}
<div><dt>Mission</dt><dd>${mission === undefined ? 'None: the access is not tied to a mission.' : foreign(missionText(mission))}</dd></div>
${about === 'person-token' && html`<div><dt>What the API learns</dt><dd>An identifier that stands for you at this API alone. It is not told your name.</dd></div>`}`
}

function scopes({ consent }: PendingRequest, { descriptions }: Beside): Html | undefined {
  if (consent?.about !== 'auth-token') return undefined
  const boxes = consent.scopes.map((scope) => {
    const description = Object.hasOwn(descriptions, scope) ? descriptions[scope] : undefined
    const says = typeof description === 'string' ? description : scope
    return html`<label class="scope"><input type="checkbox" name="scope" value="${scope}" checked><span>${foreign(says)}<br><span class="small">${foreign(scope)}</span></span></label>`
  })
  return html`<fieldset><legend>It may then</legend>${boxes}</fieldset>`
}

/** What the agent said its mission is. */
export function missionText({ blob }: TestMission): string {
  try {
    const { description } = JSON.parse(new TextDecoder().decode(blob)) as { description?: unknown }
    return typeof description === 'string' ? description : 'without a description'
  } catch {
    return 'without a description'
  }
}
