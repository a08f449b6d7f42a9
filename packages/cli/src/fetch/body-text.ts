import { shownJson, shownLines } from '../terminal/shown.ts'
import type { Received } from './send.ts'

/** A body as it is shown: `undefined` for octets that are not text. */
export interface BodyText {
  readonly text: string | undefined
  /** The value, where it is JSON. */
  readonly json: unknown
}

export function readBody({ body, isCut }: Pick<Received, 'body' | 'isCut'>): BodyText {
  const text = decode(body, isCut)
  if (text === undefined) return { text, json: undefined }
  try {
    return { text, json: JSON.parse(text) }
  } catch {
    return { text, json: undefined }
  }
}

/** The text for a terminal: without what would change it, and without its last line end, which is printed. */
export function shownBody({ text, json }: BodyText): string | undefined {
  const lines = text?.replaceAll('\r\n', '\n').replace(/\n$/, '')
  if (lines === undefined || lines === '') return undefined
  return json === undefined ? shownLines(lines) : shownJson(lines)
}

function decode(body: Uint8Array, isCut: boolean): string | undefined {
  try {
    // What was cut may end in the middle of a character.
    return new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: isCut })
  } catch {
    return undefined
  }
}
