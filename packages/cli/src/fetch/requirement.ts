import { isInnerList, parseDictionary } from 'structured-headers'
import { fieldOf, type Received } from './send.ts'

/** What an answer asks of the agent in `AAuth-Requirement`. */
export interface Requirement {
  /** As `person-token`; not one of ours, perhaps. */
  readonly name: string
  readonly resourceToken: string | undefined
  readonly url: string | undefined
  readonly code: string | undefined
}

/** `undefined` where nothing is asked, or in a form that cannot be read. */
export function readRequirement(received: Pick<Received, 'status' | 'headers'>): Requirement | undefined {
  const field = fieldOf(received, 'aauth-requirement')
  // Nowhere else has the field a meaning (draft 11 §11.6).
  if (field === undefined || ![202, 401, 402].includes(received.status)) return undefined
  try {
    const member = parseDictionary(field).get('requirement')
    if (member === undefined || isInnerList(member)) return undefined
    const [resourceToken, url, code] = ['resource-token', 'url', 'code'].map((name) => {
      const value = member[1].get(name)
      return typeof value === 'string' ? value : undefined
    })
    return { name: String(member[0]), resourceToken, url, code }
  } catch {
    return undefined
  }
}

const httpDate = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/

/** Seconds that an answer asks to wait: `Retry-After` as a number or a date. */
export function retryAfterOf(received: Pick<Received, 'headers'>, now: number): number | undefined {
  const field = fieldOf(received, 'retry-after')
  if (field === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(field)) return Number(field)
  const date = httpDate.test(field) ? Date.parse(field) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}
