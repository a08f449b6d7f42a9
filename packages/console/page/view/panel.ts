import { html, nothing, render } from 'lit/html.js'
import type { App } from '../app.ts'
import { decisionView } from './decision-view.ts'
import { missionView } from './mission-view.ts'
import { mark } from './parts.ts'

/** Details of what is selected. */
export function renderPanel(app: App, host: HTMLElement, close: () => void): void {
  const { selection, previous } = app
  host.hidden = selection === undefined
  if (selection === undefined) {
    render(nothing, host)
    return
  }
  render(
    html`<div class="panel-bar">
        ${
          previous === undefined
            ? nothing
            : html`<button type="button" class="quiet" @click=${() => app.goBack()}>${mark('back')}Back to the ${previous.kind}</button>`
        }
        <span class="panel-kind">${previous === undefined ? (selection.kind === 'decision' ? 'Decision' : 'Mission') : nothing}</span>
        <button type="button" class="quiet" aria-keyshortcuts="Escape" @click=${close}><span class="unseen">Close</span> <kbd>esc</kbd>${mark('close')}</button>
      </div>
      <div class="panel-body" tabindex="0" role="group" aria-label="Details">${
        selection.kind === 'decision'
          ? decisionView(app, selection.row.decision)
          : missionView(app, selection.mission)
      }</div>`,
    host,
  )
}
