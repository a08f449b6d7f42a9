import type { Received } from './send.ts'

/** The members of an answer in JSON; none where it is not a JSON object. */
export function readJsonObject({ body }: Pick<Received, 'body'>): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : {}
  } catch {
    return {}
  }
}
