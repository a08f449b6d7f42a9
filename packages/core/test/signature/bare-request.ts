import type { SignedRequest } from '../../src/wire/signed-request.ts'

/** Header lines by name; a string is one line. */
export type Lines = Readonly<Record<string, string | readonly string[]>>

/** A request of plain values. */
export interface BareRequest {
  readonly method?: string
  readonly target?: string
  readonly lines?: Lines
  readonly body?: Uint8Array
}

/** A request as an adapter would hand it over, with just the lines that are given. */
export function bareRequest({
  method = 'GET',
  target = '/notes',
  lines = {},
  body,
}: BareRequest): SignedRequest {
  const fields = new Map(Object.entries(lines).map(([name, value]) => [name, [value].flat()]))
  return { method, target, header: (name) => fields.get(name) ?? [], ...(body && { body }) }
}
