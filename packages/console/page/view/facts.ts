import { html, nothing } from 'lit/html.js'
import { foreign, type View } from './parts.ts'

/** A name with its value. Text is that of others; without a value the fact is left out. */
export function fact(name: string, value: string | View | undefined, kind?: 'code'): View | typeof nothing {
  if (value === undefined) return nothing
  const shown = typeof value === 'string' ? foreign(value, 512) : value
  return html`<div><dt>${name}</dt><dd>${kind === 'code' ? html`<code>${shown}</code>` : shown}</dd></div>`
}

export function facts(...all: readonly (View | typeof nothing)[]): View {
  return html`<dl class="facts">${all}</dl>`
}
