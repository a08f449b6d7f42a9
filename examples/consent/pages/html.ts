/** Markup that is safe to put into a page as it is. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | undefined | false | readonly Html[]

/** Markup with values in it: text is escaped, {@link Html} goes in as it is. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, i) => (i === 0 ? text : `${rendered(parts[i - 1])}${text}`)).join(''))
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  return typeof part === 'object' ? part.map(({ text }) => text).join('') : escaped(String(part))
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const longest = 512

/**
 * Text that an agent chose, as text: it is cut, it does not change the direction of the text around it, and characters
 * that hide or reorder others are replaced. It is never a link.
 */
export function foreign(text: string): Html {
  const clipped = text.length > longest ? `${text.slice(0, longest)}…` : text
  const visible = clipped.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\u{fffd}')
  return html`<bdi>${visible}</bdi>`
}
