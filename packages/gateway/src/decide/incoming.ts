import type { SignedRequest } from '@aauth-guard/core'

/** A request as an agent sent it, whichever way it came here. */
export interface Incoming {
  readonly method: string
  /** As it was sent: path and query, nothing decoded. */
  readonly target: string
  /** Names and values by turns, every line of its own, as in `rawHeaders` of Node. */
  readonly headerLines: readonly string[]
  /** The same as core verifies it, where the door has made it already. */
  readonly request?: SignedRequest
}

/** The request as core verifies it. Lines that cannot be octets of a header are refused by whoever received them. */
export function signedRequestOf({ method, target, headerLines, request }: Incoming): SignedRequest {
  if (request !== undefined) return request
  return {
    method,
    target,
    header(name) {
      const values: string[] = []
      for (let i = 0; i < headerLines.length; i += 2)
        if (headerLines[i]?.toLowerCase() === name) values.push(headerLines[i + 1] as string)
      // A request without Host is refused like one with an empty Host, whose authority nobody knows.
      return values.length === 0 && name === 'host' ? [''] : values
    },
  }
}
