import { Stamp } from '../assert/stamp.ts'
import type { ResourceState } from '../resource/state.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { VerifiedRequest } from './verified-request.ts'
import type { VerifiedServer } from './verified-server.ts'

/** The verified sender of a request. */
export type KnownCaller = { readonly state: ResourceState } & (
  | { readonly verified: VerifiedRequest; readonly server?: undefined; readonly other?: undefined }
  | { readonly server: VerifiedServer; readonly verified?: undefined; readonly other?: undefined }
  /** The scheme of another credential that the request carries, accepted or not. */
  | { readonly other: string; readonly verified?: undefined; readonly server?: undefined }
)

/** For requests that take no further fields, or have that of another resource. */
const others = new WeakMap<SignedRequest, Map<ResourceState, KnownCaller>>()

class Sent extends Stamp {
  #caller: KnownCaller

  constructor(request: SignedRequest, caller: KnownCaller) {
    super(request)
    this.#caller = caller
  }

  static callerOf(state: ResourceState, request: SignedRequest): KnownCaller | undefined {
    return #caller in request && request.#caller.state === state
      ? request.#caller
      : others.get(request)?.get(state)
  }

  static note(request: SignedRequest, caller: KnownCaller): void {
    if (#caller in request) {
      if (request.#caller.state === caller.state) request.#caller = caller
      else noteOther(request, caller)
    } else if (Object.isExtensible(request)) new Sent(request, caller)
    else noteOther(request, caller)
  }
}

function noteOther(request: SignedRequest, caller: KnownCaller): void {
  const known = others.get(request) ?? new Map<ResourceState, KnownCaller>()
  others.set(request, known.set(caller.state, caller))
}

/** Remembers who sent a request, for a second guard of the resource and for decision events. */
export function noteCaller(request: SignedRequest, caller: KnownCaller): void {
  Sent.note(request, caller)
}

/** The sender of the request, once this resource has verified it. */
export function knownCaller(state: ResourceState, request: SignedRequest): KnownCaller | undefined {
  return Sent.callerOf(state, request)
}
