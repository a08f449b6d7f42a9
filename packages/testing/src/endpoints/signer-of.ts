import type { Signer } from '@aauth-guard/core'
import type { TestIssuer } from '../issuer/issuer.ts'

/** The key of an issuer as that of the resource behind its endpoints, which issues no resource tokens itself. */
export function signerOf({ key: { jwk, kid, alg, sign } }: TestIssuer): Signer {
  return { publicKey: { ...jwk, kid, alg }, sign: (octets) => sign(Uint8Array.from(octets)) }
}
