import { isInnerList, parseDictionary } from 'structured-headers'

/** What an answer asks the agent to come back with, or to wait for. */
export interface AskedRequirement {
  /** As `person-token` or `interaction`. */
  readonly name: string
  readonly resourceToken: string | undefined
  readonly url: string | undefined
  readonly code: string | undefined
}

/** The requirement of a 401 or a 202 (draft 11 §11.6); `undefined` if it states none. */
export function readRequirement({
  status,
  headers,
}: Pick<Response, 'status' | 'headers'>): AskedRequirement | undefined {
  const field = headers.get('aauth-requirement')
  if ((status !== 401 && status !== 202) || field === null) return undefined
  const member = parseDictionary(field).get('requirement')
  if (member === undefined || isInnerList(member)) return undefined
  const [resourceToken, url, code] = ['resource-token', 'url', 'code'].map((name) => {
    const value = member[1].get(name)
    return typeof value === 'string' ? value : undefined
  })
  return { name: String(member[0]), resourceToken, url, code }
}
