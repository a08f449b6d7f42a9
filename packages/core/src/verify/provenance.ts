import { Stamp } from '../assert/stamp.ts'
import type { MissionRequirement } from '../resource/mission-requirement.ts'
import type { Caller, ClassPolicy, OtherCaller } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import type { Auth } from '../token/auth.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { VerifiedRequest } from './verified-request.ts'

/** The request and route from which an `Auth` comes. */
export interface Provenance {
  readonly state: ResourceState
  readonly request: SignedRequest
  readonly verified: VerifiedRequest
  /** Of the route; also the default for a grant behind it. */
  readonly classPolicy: ClassPolicy
  /** Of the route, which must not refuse the tokens obtained with a resource token that is issued for it. */
  readonly mission: MissionRequirement
}

const others = new WeakMap<OtherCaller, OtherProvenance>()

class Sealed extends Stamp {
  readonly #provenance: Provenance

  constructor(auth: Auth, provenance: Provenance) {
    super(auth)
    this.#provenance = provenance
  }

  static provenanceOf(auth: object): Provenance | undefined {
    return #provenance in auth ? auth.#provenance : undefined
  }
}

/** Where an {@link OtherCaller} comes from. */
export type OtherProvenance = Pick<Provenance, 'state' | 'request'>

/** Freezes an `Auth`, and remembers that this resource verified it. Copies of it are not accepted. */
export function seal(auth: Auth, provenance: Provenance): void {
  new Sealed(auth, provenance)
  Object.freeze(auth)
}

/** @throws {TypeError} for an `Auth` that was not made by `authorize` of this copy of the package */
export function provenanceOf(auth: Auth): Provenance {
  const provenance = typeof auth === 'object' && auth !== null ? Sealed.provenanceOf(auth) : undefined
  if (provenance === undefined && (auth as Caller | undefined)?.type === 'other')
    throw new TypeError(
      'the caller has another credential than AAuth, which carries no person, agent or mission: look at "type" of getCaller first',
    )
  if (provenance === undefined)
    throw new TypeError(
      '"auth" is a copy, or was made by another copy of @aauth-guard/core: pass the value that getAuth or authorize returned for this request',
    )
  return provenance
}

/** Remembers who came with another credential. */
export function recordOther(caller: OtherCaller, provenance: OtherProvenance): void {
  others.set(caller, provenance)
}

/** @throws {TypeError} for a copy, and for what no guard found */
export function otherProvenanceOf(caller: OtherCaller): OtherProvenance {
  const provenance = others.get(caller)
  if (provenance === undefined)
    throw new TypeError(
      'the caller is a copy: pass what the guard of this request found, from getCaller or authorize',
    )
  return provenance
}
