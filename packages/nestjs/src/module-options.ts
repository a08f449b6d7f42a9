import type { Requirement, Resource, TokenKind } from '@aauth-guard/core'
import type { ModuleMetadata } from '@nestjs/common'
import type { GuardOptions } from './guard-options.ts'

/** Options of `AAuthModule.forRoot`. */
export interface AAuthModuleOptions extends GuardOptions {
  /** What routes require that have no `@Protect`. Default `{}`: any auth token. */
  readonly requirement?: Requirement<TokenKind>
  /**
   * Whether all routes of the application are guarded, apart from those with `@Unprotected`. Default `true`. With
   * `false` only routes with `@Protect` or `@UseGuards(AAuthGuard)` are, or all of them once you provide `AAuthGuard` as
   * `APP_GUARD` yourself, at its place among your other global guards.
   */
  readonly global?: boolean
}

/** What the factory of `AAuthModule.forRootAsync` returns. */
export interface AAuthModuleSettings extends AAuthModuleOptions {
  readonly resource: Resource
}

/** Options of `AAuthModule.forRootAsync`, as Nest's factory providers have them. */
export interface AAuthModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: readonly unknown[]
  // biome-ignore lint/suspicious/noExplicitAny: what is injected has the types that the factory declares
  readonly useFactory: (...injected: any[]) => AAuthModuleSettings | Promise<AAuthModuleSettings>
}
