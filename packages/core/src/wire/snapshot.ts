import type { SignedRequest } from './signed-request.ts'

const none: readonly string[] = Object.freeze([])

/**
 * Reads each part of a request at most once, so that what is verified is what is used, even if a host computes the
 * parts again each time (Q03).
 */
export function snapshot(request: SignedRequest): SignedRequest {
  return new Snapshot(request)
}

class Snapshot implements SignedRequest {
  readonly method: string
  readonly target: string
  readonly #request: SignedRequest
  /** Names and lines in turn: a request is asked for about ten fields, and a `Map` of them costs five times as much. */
  readonly #read: (string | readonly string[])[] = []
  #body: Uint8Array | undefined
  #hasBody = false

  constructor(request: SignedRequest) {
    this.#request = request
    this.method = request.method
    this.target = request.target
  }

  header(name: string): readonly string[] {
    const read = this.#read
    for (let i = 0; i < read.length; i += 2) if (read[i] === name) return read[i + 1] as readonly string[]
    const lines = copyOf(this.#request.header(name))
    // A signature may cover many fields.
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

function copyOf(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return none
  return lines.length === 1 ? [lines[0] as string] : [...lines]
}
