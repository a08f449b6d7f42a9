/** Characters that move the cursor, colour, hide or reorder text: what servers and agents chose may hold them. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const longest = 2048

/** Foreign text as one line that a terminal shows as it is: what could change the line is escaped. */
export function shown(text: string, most: number = longest): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text
  return cut.replace(unsafe, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`)
}

/** {@link shown} over several lines: line ends and tabs stay. */
export function shownLines(text: string): string {
  return text.replace(unsafe, (character) =>
    character === '\n' || character === '\t' ? character : shown(character),
  )
}

/** JSON text that says the same and can be shown: in JSON such characters have an escape of their own. */
export function shownJson(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unsafe, (character) => {
    // Between values these are white space.
    if (character === '\n' || character === '\t') return character
    if (character === '\r') return '\n'
    return Array.from({ length: character.length }, (_, i) => utf16(character, i)).join('')
  })
}

function utf16(text: string, index: number): string {
  return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`
}

/** {@link shown} in double quotes. */
export function quotedForTerminal(text: string): string {
  return `"${shown(text, 128)}"`
}

/** The first eight characters of a token, signature or other credential. */
export function cutSecret(secret: string): string {
  return secret.length <= 8 ? '…' : `${shown(secret.slice(0, 8))}…`
}
