/** How the content of a message is framed on its connection. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }

const noContent: Framing = Object.freeze({ kind: 'none' })
const chunked: Framing = Object.freeze({ kind: 'chunked' })

/**
 * Reads the framing of a message. Servers disagree about a message with a length and a transfer coding, and about codings
 * in front of `chunked`, so that one of them sees a second request in the content of the first (RFC 9112 §6.1).
 *
 * @param headerLines names and values in turn
 * @param version of HTTP, such as `1.1`; version 1.0 has no transfer codings
 * @returns `undefined` for a message that servers could frame in different ways
 */
export function framingOf(headerLines: readonly string[], version: string): Framing | undefined {
  const lengths = valuesOf(headerLines, 'content-length')
  const codings = valuesOf(headerLines, 'transfer-encoding')
  if (lengths.length + codings.length > 1) return undefined
  const [coding] = codings
  if (coding !== undefined)
    return coding.toLowerCase() === 'chunked' && version !== '1.0' ? chunked : undefined
  const [length] = lengths
  if (length === undefined) return noContent
  const octets = readLength(length)
  return octets === undefined ? undefined : { kind: 'length', length: octets }
}

/** The lines of the gateway that frame content as `framing` says, for a request with `method`. */
export function framingLines(framing: Framing, method: string): string[] {
  if (framing.kind === 'chunked') return ['Transfer-Encoding', 'chunked']
  if (framing.kind === 'length') return ['Content-Length', String(framing.length)]
  // Without a length some servers wait for content that does not come (RFC 9110 §8.6).
  return bodiless.has(method) ? [] : ['Content-Length', '0']
}

/** Whether a message has content. A chunked one may turn out to be empty. */
export function hasContent(framing: Framing): boolean {
  return framing.kind === 'chunked' || (framing.kind === 'length' && framing.length > 0)
}

const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE'])

function valuesOf(headerLines: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < headerLines.length; i += 2)
    if ((headerLines[i] as string).toLowerCase() === name) values.push(headerLines[i + 1] as string)
  return values
}

/** Digits alone, at most fifteen of them, so that the number is exact. */
function readLength(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined
  for (const character of text) if (character < '0' || character > '9') return undefined
  return Number(text)
}
