import { live } from 'lit/directives/live.js'
import { html, nothing, render } from 'lit/html.js'
import type { App } from '../app.ts'
import { outcomes } from '../model/decision-log.ts'
import { type Facet, facets, isEverything, valuesOf } from '../model/filter.ts'
import { countOf } from '../model/format.ts'
import { printable } from '../model/printable.ts'
import { mark, outcomeWords, type View } from './parts.ts'

const facetWords: Readonly<Record<Facet, string>> = {
  code: 'code',
  route: 'route',
  agent: 'agent',
  mission: 'mission',
}
/** Options of each facet. They stay as they are while the facet is open, since a browser closes a list that changes. */
const options = new Map<Facet, readonly string[]>()
let optionsAt = 0

/** The heading of the list: pause, and what is shown. */
export function renderTools(app: App, host: HTMLElement): void {
  const { filter, held, newer } = app
  render(
    html`<div class="tools-head">
        <h2>Decisions <small>${held === undefined ? 'newest first' : 'held still'}</small></h2>
        <div class="search" role="search">
          <input id="filter" type="search" placeholder="Filter by any text" aria-label="Filter by any text" aria-keyshortcuts="/" spellcheck="false" autocomplete="off" maxlength="200" .value=${live(filter.text)} @input=${(
            event: Event,
          ) =>
            app.setFilter({ text: (event.target as HTMLInputElement).value })}><kbd aria-hidden="true">/</kbd>
        </div>
        <div class="tools-pause">
          ${
            isEverything(filter)
              ? nothing
              : html`<button type="button" class="control clear" @click=${() => app.setFilter(undefined)}>Clear filter</button>`
          }
          ${
            held !== undefined && newer > 0
              ? html`<button type="button" class="newer" @click=${() => app.follow()}>${countOf(newer)} newer</button>`
              : nothing
          }
          <button type="button" class="control" aria-pressed=${held !== undefined} @click=${() => app.togglePause()}>${
            held === undefined ? mark('pause') : mark('play')
          }${held === undefined ? 'Pause' : 'Resume'}</button>
        </div>
      </div>
      <div class="filters">
        <div class="outcomes" role="group" aria-label="Outcomes">
          ${outcomes.map(
            (outcome) =>
              html`<button type="button" class="chip ${outcome}" aria-pressed=${
                filter.outcomes.length < 4 && filter.outcomes.includes(outcome)
              } @click=${() => app.toggleOutcome(outcome)}>${mark(outcome)}${outcomeWords[outcome]}</button>`,
          )}
        </div>
        <div class="facets" role="group" aria-label="Filter by one value">
          ${facets.map((facet) => facetSelect(app, facet))}
        </div>
      </div>`,
    host,
  )
}

function facetSelect(app: App, facet: Facet): View {
  const chosen = app.filter[facet]
  const id = `facet-${facet}`
  if (document.activeElement?.id !== id) refreshOptions(app)
  const known = options.get(facet) ?? []
  const values = chosen === undefined || known.includes(chosen) ? known : [chosen, ...known]
  return html`<select id=${id} class=${chosen === undefined ? '' : 'set'} aria-label="Filter by ${facetWords[facet]}" @change=${(
    event: Event,
  ) => {
    const { selectedIndex } = event.target as HTMLSelectElement
    app.setFilter({ [facet]: selectedIndex === 0 ? undefined : values[selectedIndex - 1] })
  }}>
    <option .selected=${live(chosen === undefined)}>any ${facetWords[facet]}</option>
    ${values.map((value) => html`<option .selected=${live(value === chosen)}>${printable(value, 72)}</option>`)}
  </select>`
}

/** At most twice a second: it looks at all rows. */
function refreshOptions({ log, held }: App): void {
  if (Date.now() - optionsAt < 500) return
  optionsAt = Date.now()
  const kept = held ?? log.kept
  const rows = outcomes.flatMap((outcome) => kept[outcome])
  for (const facet of facets) {
    if (document.activeElement?.id !== `facet-${facet}`) options.set(facet, valuesOf(facet, rows))
  }
}
