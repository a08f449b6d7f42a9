import type { ResourceState } from '../resource/state.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { VerifiedServer } from './verified-server.ts'
import type { VerifiedRequest } from './verify-request.ts'

/** The verified sender of a request. */
export type KnownCaller = { readonly state: ResourceState } & (
  | { readonly verified: VerifiedRequest; readonly server?: undefined; readonly other?: undefined }
  | { readonly server: VerifiedServer; readonly verified?: undefined; readonly other?: undefined }
  /** The scheme of another credential that the request carries, accepted or not. */
  | { readonly other: string; readonly verified?: undefined; readonly server?: undefined }
)

const callers = new WeakMap<SignedRequest, KnownCaller>()

/** Remembers who sent a request, for a second guard of the resource and for decision events. */
export function noteCaller(request: SignedRequest, caller: KnownCaller): void {
  callers.set(request, caller)
}

/** The sender of the request, once this resource has verified it. */
export function knownCaller(state: ResourceState, request: SignedRequest): KnownCaller | undefined {
  const caller = callers.get(request)
  return caller?.state === state ? caller : undefined
}
