import type { Resource } from '@aauth-guard/core'
import { type CanActivate, type DynamicModule, Module, type Provider } from '@nestjs/common'
import { APP_GUARD, HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { AAuthGuard } from './aauth-guard.ts'
import { answerFirst } from './answer-first.ts'
import type { AAuthModuleAsyncOptions, AAuthModuleOptions, AAuthModuleSettings } from './module-options.ts'
import { Protection } from './protection.ts'
import { serveFirst } from './serve-first.ts'

/**
 * Protects an application. It guards every route, serves the routes of the resource itself (metadata, keys, authorization
 * endpoint and revocation endpoint) and answers refusals. Import it once, in the root module.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class
export class AAuthModule {
  /**
   * Protects an application with a resource that exists when its modules are declared.
   *
   * @throws {TypeError} when the application starts, if an option or the requirement of a route is malformed
   * @example
   * ```ts
   * import { createResource } from '@aauth-guard/core'
   * import { AAuthModule } from '@aauth-guard/nestjs'
   * import { Module } from '@nestjs/common'
   *
   * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
   *
   * @Module({ imports: [AAuthModule.forRoot(resource, { requirement: { person: 'required' } })] })
   * export class AppModule {}
   * ```
   */
  static forRoot(resource: Resource, options: AAuthModuleOptions = {}): DynamicModule {
    return moduleWith({ provide: Settings, useValue: new Settings({ ...options, resource }) })
  }

  /**
   * Protects an application with a resource that a factory makes, such as from a `ConfigService`.
   *
   * @throws {TypeError} when the application starts, as `forRoot`
   * @example
   * ```ts
   * import { createResource } from '@aauth-guard/core'
   * import { AAuthModule } from '@aauth-guard/nestjs'
   * import { Module } from '@nestjs/common'
   *
   * class Config {
   *   readonly issuer = 'https://notes.example'
   * }
   *
   * @Module({ providers: [Config], exports: [Config] })
   * class ConfigModule {}
   *
   * @Module({
   *   imports: [
   *     AAuthModule.forRootAsync({
   *       imports: [ConfigModule],
   *       inject: [Config],
   *       useFactory: ({ issuer }: Config) => ({ resource: createResource({ issuer, trust: 'any' }) }),
   *     }),
   *   ],
   * })
   * export class AppModule {}
   * ```
   */
  static forRootAsync({ imports = [], inject = [], useFactory }: AAuthModuleAsyncOptions): DynamicModule {
    const settings = async (...injected: unknown[]): Promise<Settings> =>
      new Settings(await useFactory(...injected))
    return moduleWith({ provide: Settings, inject: [...inject] as never[], useFactory: settings }, imports)
  }
}
Module({})(AAuthModule)

/** What one call of `forRoot` was given. */
class Settings {
  readonly given: AAuthModuleSettings

  constructor(given: AAuthModuleSettings) {
    this.given = given
  }
}

function moduleWith(
  settings: Provider<Settings>,
  imports: NonNullable<DynamicModule['imports']> = [],
): DynamicModule {
  return {
    module: AAuthModule,
    global: true,
    imports,
    providers: [
      settings,
      {
        provide: Protection,
        inject: [Settings, ModulesContainer, HttpAdapterHost],
        useFactory: protect,
      },
      { provide: APP_GUARD, inject: [Protection], useFactory: globalGuard },
    ],
    exports: [Protection],
  }
}

function protect({ given }: Settings, modules: ModulesContainer, host: HttpAdapterHost): Protection {
  const protection = new Protection(given)
  answerFirst(modules, protection)
  const serve = (): void => {
    if (host.httpAdapter) serveFirst(host.httpAdapter, protection)
  }
  // Nest's testing module knows the platform only when it creates the application, which is before it adds body parsers.
  if (host.httpAdapter) serve()
  else host.init$.subscribe(serve)
  return protection
}

function globalGuard(protection: Protection): CanActivate {
  return protection.isGlobal ? new AAuthGuard(protection) : { canActivate: () => true }
}
