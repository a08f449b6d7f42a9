import { isInnerList, parseDictionary } from 'structured-headers'
import { readJsonObject } from './read-json.ts'
import { fieldOf, type Received } from './send.ts'

/** What a refusal says about itself. Its texts are foreign. */
export interface Problem {
  readonly status: number
  readonly code: string | undefined
  readonly detail: string | undefined
  /** Seconds by which the clock of the server is ahead of ours, where it tells its time. */
  readonly clockAhead: number | undefined
}

/** Reads the problem document of an answer (RFC 9457), and the code in its `Signature-Error`. */
export function readProblem(received: Received, now: number): Problem {
  const { error, detail, error_description: older } = readJsonObject(received)
  const date = Date.parse(fieldOf(received, 'date') ?? '')
  return {
    status: received.status,
    code: typeof error === 'string' ? error : signatureError(received),
    detail: [detail, older].find((text) => typeof text === 'string') as string | undefined,
    clockAhead: Number.isNaN(date) ? undefined : Math.round((date - now) / 1000),
  }
}

function signatureError(received: Received): string | undefined {
  try {
    const member = parseDictionary(fieldOf(received, 'signature-error') ?? '').get('error')
    return member === undefined || isInnerList(member) ? undefined : String(member[0])
  } catch {
    return undefined
  }
}
