import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Answer } from '@aauth-guard/core'

/** An answer as one header value, for nginx to hand back. */
export function carriedAnswer(answer: Answer): string {
  return Buffer.from(JSON.stringify(answer), 'utf8').toString('base64url')
}

/** The answer that a header value carries; `undefined` for any other value. */
export function readCarriedAnswer(value: string | undefined): Answer | undefined {
  if (value === undefined || value === '') return undefined
  try {
    const { status, headers, body } = JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as Answer
    if (!Number.isInteger(status) || status < 400 || status > 599 || typeof body !== 'string')
      return undefined
    // Whoever has the secret could still send what no response can have.
    for (const [name, field] of Object.entries(headers)) {
      validateHeaderName(name)
      validateHeaderValue(name, field)
    }
    return { status, headers, body }
  } catch {
    return undefined
  }
}
