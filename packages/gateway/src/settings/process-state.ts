import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { type AssertionSigner, createAssertionSigner } from '@aauth-guard/core/assertion'
import { allowDevServers, devOptions } from '@aauth-guard/core/dev'
import { missionControl, monitorMissions } from '@aauth-guard/core/missions'
import type { Configuration } from './configuration.ts'
import { type Jwk, named } from './keys.ts'
import { type OpenStores, openStores } from './open-stores.ts'
import type { Environment } from './secret.ts'

/** What a resource is made of, to find out whether a new configuration needs another one. */
type Recipe = Pick<Configuration, 'resource' | 'missions'>

/**
 * What outlives every configuration: the stores, with what was revoked, terminated and used, and the keys that the process
 * made. The resource itself is kept, with its caches, as long as configurations say the same of it.
 */
export class ProcessState {
  readonly assertions: AssertionSigner
  readonly stores: OpenStores
  readonly #configuration: Configuration
  readonly #env: Environment
  /** In place of a signing key that is missing: core would make another one for each resource. */
  readonly #signingKey: Jwk
  readonly #personHashKey = Uint8Array.from(randomBytes(32))
  #latest: { readonly recipe: Recipe; readonly resource: Resource } | undefined

  private constructor(
    configuration: Configuration,
    env: Environment,
    stores: OpenStores,
    keys: { readonly assertion: Jwk; readonly signing: Jwk },
  ) {
    this.#configuration = configuration
    this.#env = env
    this.stores = stores
    this.#signingKey = keys.signing
    this.assertions = createAssertionSigner({ issuer: configuration.resource.issuer, key: keys.assertion })
  }

  /** @throws {ConfigurationError} for a key, or a package of stores that is not installed (the promise rejects) */
  static async start(configuration: Configuration, env: Environment): Promise<ProcessState> {
    const { assertionKey, resource, stores: setting, path } = configuration
    // As `development` of a resource does, which is made later than the signer.
    if ((env.AAUTH_DEV ?? '') !== '') allowDevServers([resource.issuer])
    const stores = await openStores(setting, resource.issuer, resource.limits ?? {}, path)
    const keys = {
      assertion: named(assertionKey ?? makeKey('ec')),
      signing: named(makeKey('ed25519')),
    }
    try {
      return new ProcessState(configuration, env, stores, keys)
    } catch (error) {
      await stores.close()
      throw error instanceof TypeError
        ? configuration.fault({ option: 'assertionKey' }, error.message.replace('"key"', '"assertionKey"'))
        : error
    }
  }

  /**
   * The resource of a configuration: the latest one, if it would be the same.
   * @throws {ConfigurationError} for an option that the resource refuses, or that only a restart changes
   */
  resourceOf(configuration: Configuration): Resource {
    this.#assertSameProcess(configuration)
    const { resource: options, missions } = configuration
    const recipe = { resource: options, missions }
    if (this.#latest !== undefined && isDeepStrictEqual(this.#latest.recipe, recipe))
      return this.#latest.resource
    return this.#make(configuration)
  }

  /** To be called once the plan with the resource is in force. */
  adopt({ resource: options, missions }: Configuration, resource: Resource): void {
    this.#latest = { recipe: { resource: options, missions }, resource }
  }

  /** Closes a resource that no plan came to use. */
  discard(resource: Resource): void {
    if (resource !== this.#latest?.resource) resource.close()
  }

  #make(configuration: Configuration): Resource {
    const { resource: options, missions } = configuration
    const complete: ResourceOptions = {
      ...options,
      signingKey: options.signingKey ?? (this.#signingKey as NonNullable<ResourceOptions['signingKey']>),
      observe: { personHashKey: this.#personHashKey, ...options.observe },
      stores: this.stores.stores,
      ...(missions && {
        missions: monitorMissions({
          announcements: missions.announcements,
          ...(missions.control && { source: missionControl() }),
          ...(missions.linkedKeys !== undefined && { linkedKeys: missions.linkedKeys }),
        }),
      }),
      ...devOptions({ env: this.#env }),
    }
    try {
      return createResource(complete)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      const [, option] = /^"([\w.]+)"/.exec(error.message) ?? []
      const message = error.message.replace(' and use devOptions()', '')
      throw configuration.fault(option === undefined ? {} : { option }, message)
    }
  }

  /** @throws {ConfigurationError} naming the setting that only a restart changes */
  #assertSameProcess(configuration: Configuration): void {
    const now = restartSettings(this.#configuration)
    for (const [option, value] of Object.entries(restartSettings(configuration)))
      if (!isDeepStrictEqual(value, now[option]))
        throw configuration.fault(
          { option },
          `"${option}" has changed: restart the gateway, or put back what it was`,
        )
  }

  async close(): Promise<void> {
    this.#latest?.resource.close()
    await this.stores.close()
  }
}

/** What belongs to the process, and not to a plan. */
function restartSettings(configuration: Configuration): Readonly<Record<string, unknown>> {
  const { resource, stores, listen, admin, forwardAuth, extAuthz, assertionKey } = configuration
  const { issuer, signatureWindow } = resource
  // Used signatures are forgotten after the window that they were used in, and a longer one would accept them again.
  return { issuer, signatureWindow, stores, listen, admin, forwardAuth, extAuthz, assertionKey }
}

function makeKey(type: 'ec' | 'ed25519'): Jwk {
  const { privateKey } =
    type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return privateKey.export({ format: 'jwk' }) as Jwk
}
