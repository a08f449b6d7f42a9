import type { Limits, ResourceDisplay, ResourceOptions, TokenKind } from '@aauth-guard/core'
import type { DigestCheck } from '../routes/route.ts'
import type { ProxyLimits } from './proxy-limits.ts'
import type { SecretSource } from './secret.ts'

/** Members that a file may leave out. */
type Given<T> = { readonly [Name in keyof T]: T[Name] | undefined }

type Listed = 'any' | readonly string[]

/** As in `createResource`, or a list of person servers. */
export type GivenTrust =
  | 'any'
  | readonly string[]
  | Given<{ agentProviders: Listed; personServers: Listed; accessServers: readonly string[] }>

export type GivenRequirement = Given<{
  person: 'required' | 'optional'
  mission: 'required' | 'optional' | 'forbidden' | { readonly approver: string }
  class: 'any' | { readonly provider: string | readonly string[] }
  classPolicy: 'deny' | 'mission-only' | 'same-key' | 'linked-key'
}>

/** A route as a file says it. */
export type GivenRoute = GivenRequirement &
  Given<{
    scope: string | readonly string[]
    accept: TokenKind | readonly TokenKind[]
    optional: boolean
    trust: GivenTrust
    account: string
    components: readonly string[]
    singleUse: boolean
    upstream: string
    name: string
    cutPrefix: string
    addPrefix: string
    pass: readonly ('authorization' | 'cookie')[]
    passNames: readonly string[]
    digest: DigestCheck
    maxContent: number
    upgrade: boolean
    encodedSlash: boolean
  }>

export interface GivenListener {
  readonly listen: string
  readonly secret: SecretSource
}

export type GivenLimits = Given<ProxyLimits & Limits>

/** A configuration file as it is written, with secrets where they stand. */
export type GivenConfiguration = {
  readonly issuer: string
  readonly routes: ReadonlyMap<string, GivenRoute>
} & Given<
  Pick<
    ResourceOptions,
    | 'authorities'
    | 'strippedPrefix'
    | 'defaultScope'
    | 'accessServer'
    | 'acceptPersonServerTokens'
    | 'generations'
    | 'accessMode'
    | 'signatureWindow'
    | 'replay'
    | 'claims'
    | 'maxAgentTokenLifetime'
    | 'staleReads'
    | 'ed25519'
    | 'problemTypes'
  > & {
    trust: GivenTrust
    signingKey: SecretSource
    upstream: string
    upstreams: ReadonlyMap<string, string>
    scopes: ReadonlyMap<string, string>
    listen: string
    admin: false | string
    assertionKey: SecretSource
    previousKeys: SecretSource
    personHashKey: SecretSource
    require: GivenRequirement
    components: readonly string[]
    missions: Given<{ control: boolean; announcements: boolean; linkedKeys: number }>
    metadata: Given<Omit<ResourceDisplay, 'r3_vocabularies'>>
    log: 'console' | 'summary' | 'off'
    stores: Given<{ redis: { readonly url: SecretSource }; postgres: { readonly url: SecretSource } }>
    forwardAuth: GivenListener
    extAuthz: GivenListener
    limits: GivenLimits
  }
>
