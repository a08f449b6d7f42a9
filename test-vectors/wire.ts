import type { SignedMessage } from '@aauth-guard/testing'

/** What happens to a request after it was signed. */
export type Wire = (message: SignedMessage) => SignedMessage

/** Changes the value of one field. */
export const field =
  (name: string, change: (value: string) => string): Wire =>
  (message) => ({
    ...message,
    headers: message.headers.map(([key, value]) => [key, key === name ? change(value) : value] as const),
  })

/** Adds lines behind the others. */
export const lines =
  (...added: (readonly [name: string, value: string])[]): Wire =>
  (message) => ({ ...message, headers: [...message.headers, ...added] })

/** Sends a field that was signed as one line as two, at the comma. */
export const splitLine =
  (name: string): Wire =>
  (message) => ({
    ...message,
    headers: message.headers.flatMap(([key, value]) =>
      key === name ? value.split(', ').map((part) => [key, part] as const) : [[key, value] as const],
    ),
  })

/** Sends another target. */
export const target =
  (change: (message: SignedMessage) => string): Wire =>
  (message) => ({ ...message, target: change(message) })

/** Sends another body. */
export const body =
  (text: string): Wire =>
  (message) => ({ ...message, body: new TextEncoder().encode(text) })
