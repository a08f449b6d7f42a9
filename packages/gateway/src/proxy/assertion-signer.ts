import type { Caller } from '@aauth-guard/core'

export interface AssertionSigner {
  readonly keys: string
  sign(claims: AssertionClaims): Promise<string>
}
export interface AssertionClaims {
  readonly audience: string
  readonly method: string
  readonly target: string
  readonly caller: Caller | undefined
  readonly content: 'none' | 'verified' | 'unverified' | 'unsigned' | 'upstream'
  readonly digest?: string
}
