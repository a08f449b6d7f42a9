import { html, svg, type TemplateResult } from 'lit/html.js'
import { partsOf } from '../model/printable.ts'
import type { Outcome } from '../model/protocol.ts'

export type View = TemplateResult

/** Text of others: isolated from the direction of what surrounds it, and what cannot be seen is escaped. */
export function foreign(value: string, max = 160): View {
  const parts = partsOf(value, max)
  const [only] = parts
  if (parts.length === 1 && only?.isEscape === false) return html`<bdi dir="ltr">${only.text}</bdi>`
  return html`<bdi dir="ltr">${parts.map(({ text, isEscape }) => (isEscape ? html`<span class="escape">${text}</span>` : text))}</bdi>`
}

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  accepted: 'Accepted',
  challenged: 'Challenged',
  refused: 'Refused',
  failed: 'Failed',
}

const marks = {
  accepted: html`<svg class="mark accepted" aria-hidden="true"><use href="#mark-accepted"></use></svg>`,
  challenged: html`<svg class="mark challenged" aria-hidden="true"><use href="#mark-challenged"></use></svg>`,
  refused: html`<svg class="mark refused" aria-hidden="true"><use href="#mark-refused"></use></svg>`,
  failed: html`<svg class="mark failed" aria-hidden="true"><use href="#mark-failed"></use></svg>`,
  lingering: html`<svg class="mark lingering" aria-hidden="true"><use href="#mark-lingering"></use></svg>`,
  over: html`<svg class="mark over" aria-hidden="true"><use href="#mark-over"></use></svg>`,
  active: html`<svg class="mark active" aria-hidden="true"><use href="#mark-active"></use></svg>`,
  close: html`<svg class="mark" aria-hidden="true"><use href="#mark-close"></use></svg>`,
  pause: html`<svg class="mark" aria-hidden="true"><use href="#mark-pause"></use></svg>`,
  play: html`<svg class="mark" aria-hidden="true"><use href="#mark-play"></use></svg>`,
  back: html`<svg class="mark" aria-hidden="true"><use href="#mark-back"></use></svg>`,
  theme: html`<svg class="mark" aria-hidden="true"><use href="#mark-theme"></use></svg>`,
  brand: html`<svg class="brand-mark" aria-hidden="true"><use href="#mark-brand"></use></svg>`,
}

export function mark(name: keyof typeof marks): View {
  return marks[name]
}

/** Parts of a whole as a bar. The numbers stand beside it, so it says nothing to readers of screens. */
export function bar(parts: readonly { readonly kind: string; readonly share: number }[]): View {
  let from = 0
  return html`<svg class="bar" aria-hidden="true" width="100%" height="6"><rect class="bar-ground" width="100%" height="6" rx="3"></rect>${parts.map(
    ({ kind, share }) => {
      const x = from
      from += share
      return barPart(kind, x, share)
    },
  )}</svg>`
}

function barPart(kind: string, x: number, share: number): View {
  const percent = (part: number) => `${(100 * Math.min(1, Math.max(0, part))).toFixed(2)}%`
  return svg`<rect class="bar-part ${kind}" x=${percent(x)} width=${percent(share)} height="6"></rect>` as View
}
