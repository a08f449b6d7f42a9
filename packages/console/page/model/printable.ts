/** Text of others, in parts: what may be shown as it is, and escapes of what would deceive or not be seen. */
export interface Part {
  readonly text: string
  readonly isEscape: boolean
}

const plain = /^[\x20-\x7e]*$/
/**
 * Controls, marks of direction, what has no width, lone surrogates, spaces other than the common one, fillers without
 * ink, and selectors of variants that do not follow a pictogram,
 * and marks that pile up on one character.
 */
const unseen =
  /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|[\u17b4]|[\u17b5]|(?! )\p{Zs}|(?<!\p{Extended_Pictographic})[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]|\p{M}{4,}/gu

export function partsOf(value: string, max: number): readonly Part[] {
  if (value.trim() === '') return [{ text: blank(value), isEscape: true }]
  const text = clip(value, max)
  if (plain.test(text)) return [{ text, isEscape: false }]
  const parts: Part[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(unseen)) {
    if (index > from) parts.push({ text: text.slice(from, index), isEscape: false })
    parts.push({ text: escapeOf(found), isEscape: true })
    from = index + found.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), isEscape: false })
  return parts
}

/** The same as one text, for places that take no elements. */
export function printable(value: string, max = 160): string {
  return partsOf(value, max)
    .map(({ text }) => text)
    .join('')
}

function clip(value: string, max: number): string {
  if (value.length <= max) return value
  const end = /[\ud800-\udbff]/.test(value[max - 1] ?? '') ? max - 1 : max
  return `${value.slice(0, end)}… (${value.length} characters)`
}

/** Text of which nothing would be seen. */
function blank(value: string): string {
  return value === '' ? 'empty' : `${value.length} blank`
}

function escapeOf(character: string): string {
  if (character.length > 2) return `${[...character].length} marks`
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}
