import { html, nothing, render } from 'lit/html.js'
import type { App } from '../app.ts'
import { clock, countOf, momentOf, serverNow, shortOf, timeOf } from '../model/format.ts'
import { foreign, mark, type View } from './parts.ts'
import { nextTheme, theme } from './theme.ts'

const connectionWords = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  silent: 'No news',
  forbidden: 'Access refused',
} as const

/** Whose console it is, which process it shows, and whether what it shows is fresh. */
export function renderHeader(app: App, host: HTMLElement, openKeys: () => void): void {
  const { current, startedAt, connectionReason, sample } = app
  render(
    html`<div class="brand">${mark('brand')}
        <div class="whose">
          <h1>${current === undefined ? 'aauth-guard console' : foreign(current.issuer)}</h1>
          <p>
            ${
              current === undefined
                ? 'Waiting for the server of the console'
                : html`<span>Process <code>${foreign(shortOf(current.process, 8))}</code></span>
                    <span>${startedAt === undefined ? nothing : html`since ${momentOf(startedAt)}`}</span>
                    <span>One process: others of a fleet are not shown</span>`
            }
          </p>
        </div>
      </div>
      <div class="state">
        ${stateOf(app)}
        ${connectionReason === undefined ? nothing : html`<span class="note">${connectionReason}</span>`}
        ${
          sample === undefined
            ? nothing
            : html`<span class="note sample" title="Rates count all of them."
                >Sampled: ${countOf(sample.shown)} of ${countOf(sample.of)} a second are listed</span
              >`
        }
      </div>
      <div class="tools">
        <button type="button" class="quiet clock" title="Show times ${clock.isUtc ? 'of this browser' : 'in UTC'}" @click=${() => {
          clock.isUtc = !clock.isUtc
          app.markAll()
        }}><span class="digits">${timeOf(serverNow())}</span> <small>${clock.isUtc ? 'UTC' : 'local'}</small></button>
        <button type="button" class="quiet" aria-label="Colours: ${theme()}" @click=${() => {
          nextTheme()
          app.markAll()
        }}>${mark('theme')}<small>${theme()}</small></button>
        <button type="button" class="quiet" aria-label="Keys" @click=${openKeys}><kbd>?</kbd></button>
      </div>`,
    host,
  )
}

function stateOf({ connectionState, held }: App): View {
  const isHeld = connectionState === 'live' && held !== undefined
  return html`<span class="pill ${isHeld ? 'paused' : connectionState}"><i class="dot"></i>${isHeld ? 'Paused' : connectionWords[connectionState]}</span>`
}
