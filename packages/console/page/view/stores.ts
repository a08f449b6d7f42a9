import { html, nothing } from 'lit/html.js'
import type { App } from '../app.ts'
import { countOf, manyOf } from '../model/format.ts'
import { bar, foreign, mark, type View } from './parts.ts'

export function storesView({ current }: App): View {
  if (current === undefined) return html``
  const { stores, suspendedServers, budgets, caches, lifetimes } = current
  return html`<h3>Stores</h3>
    <ul class="facts-list">${stores.map(
      ({
        store,
        inMemory,
        circuit,
        waiting,
      }) => html`<li>${mark(circuit === 'open' ? 'failed' : 'accepted')}<div>
        <p class="fact-name"><code>${foreign(store, 60)}</code></p>
        <p class="fact-more"><span>${circuit === 'open' ? 'circuit open: calls are suspended' : 'answers'}</span><span>${
          inMemory ? 'in the memory of this process' : 'shared'
        }</span>${waiting > 0 ? html`<span>${manyOf(waiting, 'call')} waiting</span>` : nothing}</p></div></li>`,
    )}${suspendedServers.map(
      (server) => html`<li>${mark('failed')}<div><p class="fact-name">${foreign(server, 100)}</p>
        <p class="fact-more"><span>not asked for the status of missions for the moment, after failures</span></p></div></li>`,
    )}</ul>
    <h3>Budgets for issuers that "trust" does not list</h3>
    <ul class="gauges">${budgets.map(
      ({ name, running, maxRunning, available }) =>
        html`<li><span>${foreign(name, 40)}</span><span>${countOf(running)} of ${countOf(maxRunning)} running, ${countOf(available)} may begin</span>${gauge(running, maxRunning, available === 0)}</li>`,
    )}</ul>
    <h3>Caches</h3>
    <ul class="gauges">${caches.map(
      ({ name, entries, max }) =>
        html`<li><span>${foreign(name, 40)}</span><span>${countOf(entries)} of ${countOf(max)}</span>${gauge(entries, max, false)}</li>`,
    )}</ul>
    <h3>Lifetimes</h3>
    <p class="fact-more"><span>${manyOf(lifetimes.connections, 'connection')} watched</span><span>${manyOf(lifetimes.tokens, 'token')}</span><span>${manyOf(lifetimes.missions, 'mission')}</span></p>`
}

function gauge(used: number, max: number, isFull: boolean): View {
  return bar([{ kind: isFull || used >= max ? 'failed' : 'latency', share: max > 0 ? used / max : 0 }])
}
