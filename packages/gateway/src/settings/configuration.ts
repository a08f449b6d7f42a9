import type { ResourceOptions } from '@aauth-guard/core'
import type { Route, Upstream } from '../routes/route.ts'
import type { Jwk } from './keys.ts'
import type { ProxyLimits } from './proxy-limits.ts'

/** A host and a port. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Where state is kept that several gateways share. */
export type StoresSetting =
  | { readonly kind: 'memory' }
  | { readonly kind: 'redis' | 'postgres'; readonly url: string }

/** How terminations of missions are learned. */
export interface MissionsSetting {
  readonly control: boolean
  readonly announcements: boolean
  readonly linkedKeys: number | undefined
}

/** A configuration file, checked, with its secrets. Made by {@link readConfiguration}. */
export interface Configuration {
  /** The file. */
  readonly path: string
  /** Options of `createResource`, without `stores` and `missions`. */
  readonly resource: ResourceOptions
  readonly missions: MissionsSetting | undefined
  readonly routes: readonly Route[]
  readonly upstreams: readonly Upstream[]
  readonly limits: ProxyLimits
  readonly listen: ListenAddress
  readonly admin: ListenAddress | undefined
  /** The private key of assertions; `undefined` for one that the process makes. */
  readonly assertionKey: Jwk | undefined
  readonly stores: StoresSetting
  readonly forwardAuth: { readonly listen: ListenAddress; readonly secret: string } | undefined
  /** `listen` is a host and a port, or `unix:` and a path. */
  readonly extAuthz: { readonly listen: string; readonly secret: string } | undefined
  /** What works and is probably not meant. */
  readonly warnings: readonly string[]
  /** The error of an option or a route that is wrong, with its line. */
  fault(where: { readonly option?: string; readonly route?: Route }, message: string): Error
}
