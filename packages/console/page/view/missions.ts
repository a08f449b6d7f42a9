import type { MissionSnapshot } from '@aauth-guard/core'
import { repeat } from 'lit/directives/repeat.js'
import { html, nothing, render } from 'lit/html.js'
import type { App } from '../app.ts'
import { countOf, manyOf, momentOf, serverNow, shortOf, spanOf } from '../model/format.ts'
import { byUrgency, learnedWords, type MissionStatus, statusOf } from '../model/mission-status.ts'
import { omittedFrom } from '../model/protocol.ts'
import { foreign, mark, type View } from './parts.ts'

const maxShown = 60

/** Missions under which this process accepted requests, those that need a look first. */
export function renderMissions(app: App, host: HTMLElement): void {
  const now = serverNow()
  const missions = (app.current?.missions ?? []).toSorted(byUrgency(now))
  const counts = { lingering: 0, active: 0, over: 0 }
  for (const mission of missions) counts[statusOf(mission, now)]++
  const more = Math.max(0, missions.length - maxShown) + omittedFrom(app.current, 'missions')
  render(
    html`<div class="section-head">
        <h2>Missions <small>as far as this process knows</small></h2>
        <p class="counts">
          <span>${mark('lingering')}${countOf(counts.lingering)} <span class="long">may live on</span></span>
          <span>${mark('active')}${countOf(counts.active)} <span class="long">active</span></span>
          <span>${mark('over')}${countOf(counts.over)} <span class="long">over</span></span>
        </p>
      </div>
      ${
        missions.length === 0
          ? html`<div class="empty"><h3>No mission so far</h3><p>A mission appears when this process accepts a request under it.</p></div>`
          : html`<ul class="missions">${repeat(
              missions.slice(0, maxShown),
              ({ mission }) => `${mission.approver} ${mission.s256}`,
              (mission) => card(app, mission, now),
            )}</ul>`
      }
      ${more > 0 ? html`<p class="more">and ${countOf(more)} more</p>` : nothing}`,
    host,
  )
}

function card(app: App, known: MissionSnapshot, now: number): View {
  const { mission, agents, tokens, atLeast, lastAcceptedAt, latestExp, terminated } = known
  const status = statusOf(known, now)
  const { selection } = app
  const isSelected =
    selection?.kind === 'mission' &&
    selection.mission.s256 === mission.s256 &&
    selection.mission.approver === mission.approver
  const left = (latestExp ?? 0) - now / 1000
  return html`<li><button type="button" class="mission ${status}" aria-pressed=${isSelected} @click=${() => app.selectMission(mission)}>
    <span class="mission-head">${mark(status)}<strong>${statusTitle(status)}</strong><span class="countdown">${
      left > 0
        ? html`${status === 'lingering' ? html`<span class="long">up to </span>` : nothing}<b>${spanOf(left)}</b>`
        : nothing
    }</span></span>
    <span class="mission-id"><code>${foreign(shortOf(mission.s256))}</code> at ${foreign(mission.approver, 60)}</span>
    <span class="mission-facts">
      <span>${atLeast ? 'at least ' : ''}${manyOf(tokens, 'token')}</span>
      ${agents.length === 0 ? nothing : html`<span>${manyOf(agents.length, 'agent')}</span>`}
      <span>${lastAcceptedAt === undefined ? 'never accepted' : `last accepted ${momentOf(lastAcceptedAt)}`}</span>
    </span>
    ${
      terminated === undefined
        ? nothing
        : html`<span class="mission-why">Terminated ${momentOf(terminated.at)}${
            terminated.reason === undefined ? nothing : html`: ${foreign(terminated.reason, 80)}`
          }. Learned from ${learnedWords[terminated.learnedFrom]}.</span>`
    }
  </button></li>`
}

function statusTitle(status: MissionStatus): string {
  if (status === 'active') return 'Active'
  return status === 'lingering' ? 'Terminated, tokens may live on' : 'Terminated, known tokens expired'
}
