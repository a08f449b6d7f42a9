import { parseList, Token } from 'structured-headers'
import type { Auth } from '../token/auth.ts'
import { provenanceOf } from '../verify/provenance.ts'

/** Interactions that an agent claims to support while it waits (draft 11 §11.7). */
export type Capability = 'interaction' | 'clarification' | 'payment'

const known: ReadonlySet<string> = new Set<Capability>(['interaction', 'clarification', 'payment'])

/**
 * The capabilities that the agent behind `auth` claims. They need not be signed, so use them only to choose a response.
 * Unknown values and parameters are ignored, and a malformed field counts as absent
 * (CAP-1 to CAP-4; R11-230 to R11-232).
 *
 * @throws {TypeError} for an `auth` that was not verified by a resource
 */
export function capabilitiesOf(auth: Auth): ReadonlySet<Capability> {
  const text = provenanceOf(auth).request.header('aauth-capabilities').join(', ')
  if (text.length > 1024) return new Set()
  try {
    const values = parseList(text).map(([value]) => value)
    if (!values.every((value) => value instanceof Token)) return new Set()
    return new Set(values.map(String).filter((value): value is Capability => known.has(value)))
  } catch {
    return new Set()
  }
}
