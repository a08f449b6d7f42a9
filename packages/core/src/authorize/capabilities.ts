import { parseList, Token } from 'structured-headers'
import type { Auth } from '../token/auth.ts'
import { provenanceOf } from '../verify/provenance.ts'

/** What an agent says it can do for its person while it waits (draft 11 §11.7). */
export type Capability = 'interaction' | 'clarification' | 'payment'

const known: ReadonlySet<string> = new Set<Capability>(['interaction', 'clarification', 'payment'])

/**
 * What the agent behind `auth` says it can do. A hint, since it need not be signed: nothing may depend on it but
 * the choice of an answer. Unknown values and parameters are ignored, and a malformed field is as none
 * (CAP-1 to CAP-4; R11-230 to R11-232).
 *
 * @throws {TypeError} for an `auth` that was not verified here
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
