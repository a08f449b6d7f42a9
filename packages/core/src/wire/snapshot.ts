import type { SignedRequest } from './signed-request.ts'

const none: readonly string[] = Object.freeze([])

/**
 * Reads each part of a request at most once, so that what is verified is what is used, even if a host computes the
 * parts again each time (Q03).
 */
export function snapshot(request: SignedRequest): SignedRequest {
  return new Snapshot(request)
}

/** The number of lines of a field. */
export function countLines(request: SignedRequest, name: string): number {
  const lines = linesOf(request, name)
  return typeof lines === 'string' ? 1 : lines.length
}

/** The value of a field that was sent as one line. */
export function onlyLine(request: SignedRequest, name: string): string | undefined {
  const lines = linesOf(request, name)
  if (typeof lines === 'string') return lines
  return lines.length === 1 ? lines[0] : undefined
}

/** The lines of a field, or its only line. */
function linesOf(request: SignedRequest, name: string): string | readonly string[] {
  return request instanceof Snapshot ? request.linesOf(name) : request.header(name)
}

class Snapshot implements SignedRequest {
  readonly method: string
  readonly target: string
  readonly #request: SignedRequest
  /**
   * Names and lines in turn: a request is asked for about ten fields, and a `Map` of them costs five times as much. One
   * line is kept as it is, since an array for each would be a tenth of what a request allocates.
   */
  readonly #read: (string | readonly string[])[] = []
  #body: Uint8Array | undefined
  #hasBody = false

  constructor(request: SignedRequest) {
    this.#request = request
    this.method = request.method
    this.target = request.target
  }

  header(name: string): readonly string[] {
    const lines = this.linesOf(name)
    return typeof lines === 'string' ? [lines] : lines
  }

  /** The lines of a field, or its only line. */
  linesOf(name: string): string | readonly string[] {
    const read = this.#read
    for (let i = 0; i < read.length; i += 2) if (read[i] === name) return read[i + 1] as string
    const sent = this.#request.header(name)
    const lines = sent.length === 0 ? none : sent.length === 1 ? (sent[0] as string) : [...sent]
    read.push(name, lines)
    return lines
  }

  get body(): Uint8Array | undefined {
    if (!this.#hasBody) {
      this.#body = this.#request.body
      this.#hasBody = true
    }
    return this.#body
  }
}
