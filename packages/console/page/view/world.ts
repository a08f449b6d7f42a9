import { html, nothing, render } from 'lit/html.js'
import type { App, WorldTab } from '../app.ts'
import { countOf } from '../model/format.ts'
import { happeningsView } from './happenings.ts'
import { issuersView } from './issuers.ts'
import { mark, type View } from './parts.ts'
import { storesView } from './stores.ts'

interface Tab {
  readonly name: WorldTab
  readonly title: string
  readonly count: number
  /** How many of them need a look. */
  readonly faults: number
  readonly view: (app: App) => View
}

/** What happens beside decisions, and what this process knows. */
export function renderWorld(app: App, host: HTMLElement): void {
  const { current, happenings } = app
  const stores = current?.stores ?? []
  const tabs: readonly Tab[] = [
    { name: 'happenings', title: 'Happenings', count: happenings.length, faults: 0, view: happeningsView },
    {
      name: 'issuers',
      title: 'Issuers',
      count: current?.issuers.length ?? 0,
      faults: current?.issuers.filter(({ failure }) => failure !== undefined).length ?? 0,
      view: issuersView,
    },
    {
      name: 'stores',
      title: 'Stores, budgets',
      count: stores.length,
      faults:
        stores.filter(({ circuit }) => circuit === 'open').length + (current?.suspendedServers.length ?? 0),
      view: storesView,
    },
  ]
  const shown = tabs.find(({ name }) => name === app.worldTab) ?? tabs[0]
  const choose = (name: WorldTab): void => {
    app.worldTab = name
    app.mark('world')
  }
  const pressed = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = tabs.findIndex(({ name }) => name === app.worldTab)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (next === undefined) return
    choose(next.name)
    document.getElementById(`tab-${next.name}`)?.focus()
  }
  render(
    html`<div class="tabs" role="tablist" aria-label="What this process knows" @keydown=${pressed}>
        ${tabs.map(
          ({
            name,
            title,
            count,
            faults,
          }) => html`<button type="button" role="tab" id="tab-${name}" aria-controls="tab-panel" aria-selected=${
            name === shown?.name
          } tabindex=${name === shown?.name ? 0 : -1} @click=${() => choose(name)}>${title}
            <span class="tab-count">${countOf(count)}</span>${
              faults === 0
                ? nothing
                : html`<span class="tab-fault">${mark('failed')}${countOf(faults)}<span class="unseen"> with a fault</span></span>`
            }</button>`,
        )}
      </div>
      <div id="tab-panel" class="tab-panel" role="tabpanel" tabindex="0" aria-labelledby="tab-${shown?.name ?? 'happenings'}">${shown?.view(app)}</div>`,
    host,
  )
}
