import type { Caller } from '@aauth-guard/core'

/** stand-in for core/assertion */
export interface Assertions {
  readonly keys: string
  sign(claims: {
    readonly audience: string
    readonly method: string
    readonly target: string
    readonly caller: Caller | undefined
    readonly content: 'none' | 'verified' | 'unverified' | 'unsigned' | 'upstream'
    readonly digest?: string
  }): Promise<string>
}
