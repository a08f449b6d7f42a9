import { html, nothing, render } from 'lit/html.js'
import type { App } from '../app.ts'
import type { Row } from '../model/decision-log.ts'
import { isEverything } from '../model/filter.ts'
import { timeOf } from '../model/format.ts'
import type { ConsoleDecision } from '../model/protocol.ts'
import { css } from './css.ts'
import { renderEmpty } from './empty.ts'
import { foreign, mark, outcomeWords, type View } from './parts.ts'

/** Rows that are rendered above and below what is seen. */
const around = 6

/** The decisions, of which only those in sight are elements. */
export class DecisionList {
  readonly #app: App
  readonly #host: HTMLElement
  readonly #narrow = matchMedia('(max-width: 640px)')
  #rows: readonly Row[] = []
  #scroller: HTMLElement | undefined
  /** Of the scroller: to ask for them in each frame would lay the page out each time. */
  #top = 0
  #height = 600

  constructor(app: App, host: HTMLElement) {
    this.#app = app
    this.#host = host
    this.#narrow.addEventListener('change', () => app.mark('list'))
    new ResizeObserver(() => {
      this.#height = this.#scroller?.clientHeight ?? host.clientHeight
      app.mark('list')
    }).observe(host)
  }

  render(): void {
    const { app, rowHeight } = { app: this.#app, rowHeight: this.#rowHeight }
    this.#rows = app.rows()
    const rows = this.#rows
    if (rows.length === 0) {
      this.#scroller = undefined
      render(isEverything(app.filter) ? renderEmpty(app) : this.#nothingPasses(), this.#host)
      return
    }
    const height = this.#height
    const top = app.held === undefined ? 0 : this.#top
    const first = Math.max(0, Math.floor(top / rowHeight) - around)
    const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + around)
    const shown = rows.slice(first, last)
    const active = shown.find(({ key }) => key === app.activeKey)
    render(
      html`<div class="rows-head" aria-hidden="true"><span>Time</span><span>Outcome</span><span>Method</span><span>Path</span><span>Agent</span><span>Code</span></div>
        <div id="rows" class="rows" role="listbox" tabindex="0" aria-label="Decisions, the newest first" aria-activedescendant=${
          active === undefined ? nothing : `row-${active.key}`
        } @scroll=${this.#scrolled} @keydown=${this.#pressed} @pointerdown=${this.#touched} @click=${this.#clicked}>
          <div role="presentation" ${css({ height: `${first * rowHeight}px` })}></div>
          ${shown.map((row, at) => rowOf(row, first + at, rows.length, row.key === app.activeKey))}
          <div role="presentation" ${css({ height: `${(rows.length - last) * rowHeight}px` })}></div>
        </div>`,
      this.#host,
    )
    this.#scroller = this.#host.querySelector<HTMLElement>('.rows') ?? undefined
    if (this.#scroller !== undefined && app.held === undefined && this.#top !== 0) {
      this.#top = 0
      this.#scroller.scrollTop = 0
    }
  }

  focus(): void {
    this.#scroller?.focus({ preventScroll: true })
  }

  get #rowHeight(): number {
    return this.#narrow.matches ? 58 : 28
  }

  readonly #scrolled = (): void => {
    const top = this.#scroller?.scrollTop ?? 0
    this.#top = top
    const { held, isPaused, activeKey } = this.#app
    if (top > this.#rowHeight / 2) this.#app.hold()
    else if (held !== undefined && !isPaused && activeKey === undefined) this.#app.follow()
    this.#app.mark('list')
  }

  /** A row must not become another one between the press of a button and its release. */
  readonly #touched = (event: PointerEvent): void => {
    if ((event.target as Element).closest('.row') !== null) this.#app.hold()
  }

  readonly #clicked = (event: Event): void => {
    const element = (event.target as Element).closest('[data-key]')
    const row = this.#rows.find(({ key }) => key === element?.getAttribute('data-key'))
    if (row !== undefined) this.#app.selectDecision(row)
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor((this.#scroller?.clientHeight ?? 0) / this.#rowHeight) - 1)
    const at = this.#rows.findIndex(({ key }) => key === this.#app.activeKey)
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      PageDown: at + page,
      PageUp: Math.max(0, at - page),
      Home: 0,
      End: this.#rows.length - 1,
    }
    const to = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined
    const row = this.#rows[Math.min(this.#rows.length - 1, to ?? at)]
    if (to !== undefined && row !== undefined) this.#move(row, Math.min(this.#rows.length - 1, to))
    else if ((event.key === 'Enter' || event.key === ' ') && at !== -1 && row !== undefined)
      this.#app.selectDecision(row, true)
    else return
    event.preventDefault()
  }

  #move(row: Row, at: number): void {
    this.#app.hold()
    this.#app.activeKey = row.key
    if (this.#app.selection?.kind === 'decision') this.#app.selectDecision(row)
    const scroller = this.#scroller
    if (scroller !== undefined) {
      const [top, height] = [at * this.#rowHeight, this.#rowHeight]
      if (top < scroller.scrollTop) scroller.scrollTop = top
      else if (top + height > scroller.scrollTop + scroller.clientHeight)
        scroller.scrollTop = top + height - scroller.clientHeight
    }
    this.#app.mark('list')
  }

  #nothingPasses(): View {
    return html`<div class="empty"><h3>No decision passes the filter</h3>
      <p>Of each outcome the page keeps the newest 500. Those that pass will appear here as they happen.</p>
      <button type="button" class="control" @click=${() => this.#app.setFilter(undefined)}>Clear filter</button></div>`
  }
}

function rowOf({ key, decision }: Row, at: number, size: number, isActive: boolean): View {
  const { time, outcome, method, path, code } = decision
  return html`<div id="row-${key}" data-key=${key} class="row ${outcome}" role="option" aria-selected=${isActive} aria-posinset=${at + 1} aria-setsize=${size}>
    <span class="row-time">${timeOf(time, true)}</span>
    <span class="row-outcome">${mark(outcome)}${outcomeWords[outcome]}</span>
    <span class="row-method">${foreign(method, 12)}</span>
    <span class="row-path">${foreign(path, 140)}</span>
    <span class="row-agent">${callerOf(decision)}</span>
    <span class="row-code">${code === undefined ? nothing : foreign(code, 40)}</span>
  </div>`
}

/** The agent, or the best that is known in its place. */
function callerOf({ agent, issuer, claimed }: ConsoleDecision): View {
  if (agent !== undefined) return foreign(agent, 100)
  if (issuer !== undefined) return html`<span class="none">token of</span> ${foreign(issuer, 100)}`
  const said = claimed?.agent ?? claimed?.issuer
  return said === undefined
    ? html`<span class="none">unknown</span>`
    : html`<span class="unsure">claimed</span> <span class="claimed">${foreign(said, 100)}</span>`
}
