import type { SignedRequest } from '@aauth-guard/core'
import type { SignedMessage } from '@aauth-guard/testing'

/** A signed message, taken apart before the clock runs as an adapter's server does it. */
export interface Arrival {
  readonly method: string
  readonly target: string
  readonly lines: ReadonlyMap<string, readonly string[]>
  readonly base: Buffer
  readonly signature: Buffer
}

export function arrivalOf({ method, target, headers, base }: SignedMessage): Arrival {
  const lines = new Map(headers.map(([name, value]) => [name, [value]]))
  const [signature = ''] = lines.get('signature') ?? []
  const bytes = Buffer.from(signature.slice(signature.indexOf(':') + 1, -1), 'base64')
  return { method, target, lines, base: Buffer.from(base), signature: bytes }
}

const nothing: readonly string[] = []
const empty = new Uint8Array()

/** A fresh object for each run: a request that passed a guard before would not be verified again. */
export function arrive({ method, target, lines }: Arrival): SignedRequest {
  return { method, target, header: (name) => lines.get(name) ?? nothing, body: empty }
}
