import type { SignedRequest } from './signed-request.ts'

const none: readonly string[] = Object.freeze([])

/**
 * Reads each part of a request at most once, so that what is verified is what is used, even if a host computes the
 * parts again each time (Q03).
 */
export function snapshot(request: SignedRequest): SignedRequest {
  const { method, target } = request
  let body: { readonly content: Uint8Array | undefined } | undefined
  const seen = new Map<string, readonly string[]>()
  return {
    method,
    target,
    header(name) {
      let lines = seen.get(name)
      if (lines === undefined) {
        const read = request.header(name)
        lines = read.length === 0 ? none : [...read]
        seen.set(name, lines)
      }
      return lines
    },
    get body() {
      body ??= { content: request.body }
      return body.content
    },
  }
}
