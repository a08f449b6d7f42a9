import { html, nothing, render } from 'lit/html.js'
import type { App } from '../app.ts'
import { Strip } from '../chart/strip.ts'
import { outcomes } from '../model/decision-log.ts'
import { countOf, durationOf, serverNow, timeOf } from '../model/format.ts'
import type { Counts, Outcome } from '../model/protocol.ts'
import { type Buckets, span } from '../model/series.ts'
import { bar, foreign, mark, outcomeWords, type View } from './parts.ts'
import { onTheme } from './theme.ts'

const height = 30

/** Rates and latency of ten minutes, and what they are made of by route and code. */
export class Now {
  readonly #app: App
  readonly #host: HTMLElement
  readonly #strips = new Map<Outcome | 'latency', Strip>()
  #buckets: Buckets | undefined
  #point: number | undefined

  constructor(app: App, host: HTMLElement) {
    this.#app = app
    this.#host = host
    onTheme(() => {
      for (const strip of this.#strips.values()) strip.repaint()
    })
  }

  render(): void {
    const { series } = this.#app
    const now = serverNow()
    const size = this.#chartWidth() < 400 ? 10 : 5
    const buckets = series.buckets(now, size)
    this.#buckets = buckets
    const sums = series.sums(now, span)
    render(
      html`<div class="strips">
          <h2>Last 10 minutes <small>${this.#point === undefined ? `a bar is ${size} s` : this.#pointed(size)}</small></h2>
          ${outcomes.map((outcome) => this.#row(outcome, sums, buckets))}
          <div class="strip latency">
            <span class="strip-name"><span>Latency</span>${this.#latency(buckets)}</span>
            <div class="chart" role="img" aria-label="Latency over 10 minutes: ${latencyWords(buckets)}"></div>
            <span class="strip-peak">${slowestOf(buckets)}</span>
          </div>
        </div>
        <div class="tallies">${this.#codes()}${this.#routes()}</div>`,
      this.#host,
    )
    this.#draw(buckets)
  }

  /** A bar needs three pixels. */
  #chartWidth(): number {
    return this.#strips.get('accepted')?.width ?? this.#host.clientWidth / 2
  }

  #row(outcome: Outcome, sums: Counts, { counts }: Buckets): View {
    const at = this.#point
    const shown = at === undefined ? sums[outcome] : (counts[outcome][at] ?? 0)
    const peak = Math.max(...counts[outcome])
    return html`<div class="strip ${outcome}">
      <span class="strip-name">${mark(outcome)}${outcomeWords[outcome]}</span>
      <span class="strip-number ${shown === 0 ? 'zero' : ''}">${countOf(shown)}</span>
      <div class="chart" role="img" aria-label="${outcomeWords[outcome]} over 10 minutes: ${countOf(sums[outcome])}, at most ${countOf(peak)} in one bar"></div>
      <span class="strip-peak">${peak === 0 ? nothing : html`max ${countOf(peak)}`}</span>
    </div>`
  }

  #latency(buckets: Buckets): View {
    const at = this.#point ?? lastOf(buckets.p50)
    const [p50, p99] = [buckets.p50[at], buckets.p99[at]]
    if (p50 == null || p99 == null) return html`<span class="zero">–</span>`
    return html`<span class="pair"><small>p50</small> ${durationOf(p50)}</span><span class="pair"><small>p99</small> ${durationOf(p99)}</span>`
  }

  #pointed(size: number): string {
    const from = this.#buckets?.times[this.#point ?? 0] ?? 0
    return `${timeOf(from * 1000)} to ${timeOf((from + size) * 1000)}`
  }

  #codes(): View {
    const { series, filter } = this.#app
    const codes = Object.entries(series.codes).sort(([, a], [, b]) => b - a)
    const most = codes[0]?.[1] ?? 1
    return html`<div class="tally"><h2>By code</h2>${
      codes.length === 0
        ? html`<p class="empty-small">No refusal and no challenge in 10 minutes.</p>`
        : html`<ul>${codes.slice(0, 7).map(
            ([
              code,
              count,
            ]) => html`<li><button type="button" class="tally-row" aria-pressed=${filter.code === code} @click=${() =>
              this.#app.setFilter({ code: filter.code === code ? undefined : code } as never)}>
              <span class="tally-name">${foreign(code, 40)}</span><span class="tally-number">${countOf(count)}</span>
              ${bar(this.#partsOf(code, count / most))}</button></li>`,
          )}</ul>`
    }</div>`
  }

  /** The outcomes of a code, as they are among the decisions that are kept: an unsigned request is challenged. */
  #partsOf(code: string, share: number) {
    const { kept } = this.#app.log
    const numbers = outcomes.map((kind) => ({
      kind,
      number: kept[kind].filter(({ decision }) => decision.code === code).length,
    }))
    const sum = numbers.reduce((all, { number }) => all + number, 0)
    return sum === 0
      ? [{ kind: 'unknown', share }]
      : numbers.map(({ kind, number }) => ({ kind, share: (share * number) / sum }))
  }

  #routes(): View {
    const { series, filter } = this.#app
    const routes = Object.entries(series.routes)
      .map(([name, counts]) => ({ name, counts, total: outcomes.reduce((sum, one) => sum + counts[one], 0) }))
      .sort((a, b) => b.total - a.total)
    const most = routes[0]?.total ?? 1
    return html`<div class="tally"><h2>By route</h2>${
      routes.length === 0
        ? html`<p class="empty-small">Routes appear under the name that their requirement has.</p>`
        : html`<ul>${routes.slice(0, 7).map(
            ({
              name,
              counts,
              total,
            }) => html`<li><button type="button" class="tally-row" aria-pressed=${filter.route === name} @click=${() =>
              this.#app.setFilter({ route: filter.route === name ? undefined : name } as never)}>
              <span class="tally-name">${foreign(name, 60)}</span><span class="tally-number">${
                counts.refused + counts.failed === 0
                  ? nothing
                  : html`<span class="of"><span class="unseen">refused or failed </span>${mark('refused')}${countOf(counts.refused + counts.failed)}<span class="unseen"> of </span></span>`
              }${countOf(total)}</span>
              ${bar(outcomes.map((kind) => ({ kind, share: counts[kind] / most })))}</button></li>`,
          )}</ul>`
    }</div>`
  }

  #draw({ times, counts, p50, p99 }: Buckets): void {
    const hosts = this.#host.querySelectorAll<HTMLElement>('.chart')
    for (const [at, name] of [...outcomes, 'latency' as const].entries()) {
      const host = hosts[at]
      if (host === undefined) continue
      const strip = this.#strips.get(name) ?? this.#make(name, host)
      if (name === 'latency') strip.set(times, p50, p99)
      else strip.set(times, counts[name])
    }
  }

  #make(name: Outcome | 'latency', host: HTMLElement): Strip {
    const isLatency = name === 'latency'
    const strip = new Strip(host, {
      kind: isLatency ? 'band' : 'bars',
      color: isLatency ? '--latency' : `--${name}`,
      height: isLatency ? height + 24 : height,
      withTimes: isLatency,
      timeOf: (seconds) => timeOf(seconds * 1000).slice(0, 5),
      onPoint: (index) => {
        if (this.#point === index) return
        this.#point = index
        this.#app.mark('now')
      },
    })
    this.#strips.set(name, strip)
    return strip
  }
}

function lastOf(values: readonly (number | null)[]): number {
  return values.findLastIndex((value) => value !== null)
}

function slowestOf({ p99 }: Buckets): string {
  const slowest = Math.max(...p99.map((value) => value ?? 0))
  return slowest === 0 ? '' : `max ${durationOf(slowest)}`
}

function latencyWords({ p50, p99 }: Buckets): string {
  const at = lastOf(p50)
  const [median, slow] = [p50[at], p99[at]]
  return median == null || slow == null
    ? 'nothing measured'
    : `last p50 ${durationOf(median)}, p99 ${durationOf(slow)}`
}
