import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { telemetry } from '@aauth-guard/opentelemetry'
import { AdminServer } from '../admin/admin-server.ts'
import { Metrics } from '../admin/metrics.ts'
import { createExtAuthz, type ExtAuthz } from '../envoy/index.ts'
import { forwardAuthHandler, forwardListenerOptions } from '../forward/index.ts'
import { createProxy, type ReverseProxy } from '../proxy/index.ts'
import type { Configuration } from '../settings/configuration.ts'
import { ConfigurationError } from '../settings/configuration-error.ts'
import type { Plan } from '../settings/plan.ts'
import { planOf } from '../settings/plan-of.ts'
import { ProcessState } from '../settings/process-state.ts'
import { readConfiguration } from '../settings/read-configuration.ts'
import type { Environment } from '../settings/secret.ts'
import { listen } from './listen.ts'
import { RefusalLog, type RefusalLogMode, usualLogMode } from './refusal-log.ts'
import { ResourceUses } from './resource-uses.ts'

/** What {@link startGateway} needs. */
export interface GatewayOptions {
  /** The path of the configuration. */
  readonly path: string
  /** Where secrets and `AAUTH_DEV` are read; default `process.env`. */
  readonly env?: Environment
  /** Told what happens, one line each; default stderr. */
  readonly log?: (line: string) => void
}

/** A gateway that serves. */
export interface Gateway {
  /** Where it serves agents, operators and proxies, such as `http://127.0.0.1:8080`. */
  readonly urls: {
    readonly public: string
    readonly admin?: string
    /** With a secret of this run. */
    readonly console?: string
    readonly forwardAuth?: string
    /** As the configuration says it, with the port that was chosen in place of 0. */
    readonly extAuthz?: string
  }
  /**
   * Reads the configuration again, checks it whole, and puts it in force in one step. Requests that are under way end under
   * the one that they began with.
   * @returns whether it is in force; if not, the log says why, and the previous one stays
   */
  reload(): Promise<boolean>
  /** Says that it is not ready, takes no more connections, and resolves once what is under way has ended. */
  close(): Promise<void>
}

/** The configuration in a file. @throws {ConfigurationError} (the promise rejects) */
export async function loadConfiguration(path: string, env: Environment): Promise<Configuration> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new ConfigurationError(
      `${JSON.stringify(path)} cannot be read (${code}): name the file of the configuration`,
    )
  }
  return readConfiguration(text, path, env)
}

/**
 * Starts a gateway: the reverse proxy, the listener for operators, and what else the configuration names. Signals are left
 * to the caller: `aauth gateway` calls `reload` for SIGHUP and `close` for SIGTERM.
 *
 * @throws {ConfigurationError} naming the line, the value and the remedy (the promise rejects)
 * @example
 * ```ts
 * import { startGateway } from '@aauth-guard/gateway'
 *
 * const gateway = await startGateway({ path: 'gateway.yaml' })
 * process.on('SIGHUP', () => void gateway.reload())
 * process.once('SIGTERM', () => void gateway.close())
 * ```
 */
export async function startGateway({
  path,
  env = process.env,
  log = (line) => console.error(line),
}: GatewayOptions): Promise<Gateway> {
  const configuration = await loadConfiguration(path, env)
  const state = await ProcessState.start(configuration, env)
  const gateway = new RunningGateway(configuration, state, env, log)
  try {
    await gateway.start()
  } catch (error) {
    await gateway.close()
    throw error
  }
  return gateway
}

class RunningGateway implements Gateway {
  urls: Gateway['urls'] = { public: '' }
  readonly #env: Environment
  readonly #log: (line: string) => void
  readonly #state: ProcessState
  readonly #configuration: Configuration
  readonly #proxy: ReverseProxy
  readonly #admin: AdminServer | undefined
  readonly #forwardAuth: Server | undefined
  readonly #extAuthz: ExtAuthz | undefined
  readonly #uses = new ResourceUses()
  readonly #refusals: RefusalLog
  #logMode: RefusalLogMode = 'summary'
  readonly #metrics: Metrics
  /** What stops listening to each resource. */
  readonly #stops = new Map<Resource, () => void>()
  #plan: Plan
  #loadedAt = new Date()
  #reloads = { done: 0, refused: 0 }
  #isReady = false
  #reloading: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(
    configuration: Configuration,
    state: ProcessState,
    env: Environment,
    log: (line: string) => void,
  ) {
    this.#env = env
    this.#log = (line) => log(`aauth-guard: ${line}`)
    this.#refusals = new RefusalLog(() => this.#logMode, this.#log)
    this.#state = state
    this.#configuration = configuration
    this.#metrics = new Metrics([
      gauge('requests', 'Requests on their way', () => this.#proxy.connections().requests),
      gauge('tunnels', 'WebSocket connections', () => this.#proxy.connections().tunnels),
      gauge('held_content_bytes', 'Content that is held', () => this.#proxy.connections().heldContent),
      gauge('ready', 'Whether requests are decided', () => Number(this.#isReady)),
      gauge('reloads', 'Configurations that were put in force', () => this.#reloads.done),
      gauge('reloads_refused', 'Configurations that were refused', () => this.#reloads.refused),
      gauge('configuration_timestamp_seconds', 'When the configuration was put in force', () =>
        Math.floor(this.#loadedAt.getTime() / 1000),
      ),
    ])
    this.#plan = planOf(configuration, state)
    const plan = (): Plan => this.#plan
    const { assertions } = state
    this.#proxy = createProxy({
      plan,
      assertions,
      log: (refused) => this.#refusals.report(refused),
    })
    if (configuration.admin !== undefined)
      this.#admin = new AdminServer(configuration.admin, {
        ready: () => this.#assertReady(),
        metrics: () => this.#metrics.text(),
      })
    if (configuration.forwardAuth !== undefined) {
      const { secret } = configuration.forwardAuth
      this.#forwardAuth = createServer(
        forwardListenerOptions,
        forwardAuthHandler({
          plan,
          assertions,
          secret,
          onRefused: (refused) => this.#refusals.report(refused),
        }),
      )
    }
    if (configuration.extAuthz !== undefined) {
      const { secret } = configuration.extAuthz
      this.#extAuthz = createExtAuthz({
        plan,
        assertions,
        secret,
        onRefused: (refused) => this.#refusals.report(refused),
        onCheck: ({ resource }) => this.#uses.hold(resource),
      })
    }
    for (const server of [this.#proxy.server, this.#forwardAuth])
      if (server !== undefined) this.#uses.watch(server, () => this.#plan.resource)
    this.#adopt(configuration, this.#plan)
  }

  async start(): Promise<void> {
    const { listen: agents, admin, forwardAuth, assertionKey, warnings, path } = this.#configuration
    for (const warning of warnings) this.#log(warning)
    if (assertionKey === undefined)
      this.#log(
        'a key for assertions was made, which ends with this process: upstreams read it at /aauth/assertion-keys.json',
      )
    const configuration = this.#configuration
    // Operators first, so that whoever asks meanwhile learns that it is not ready.
    const adminUrl = admin && this.#admin && (await listen(this.#admin.server, admin, 'admin', configuration))
    const forwardUrl =
      forwardAuth &&
      this.#forwardAuth &&
      (await listen(this.#forwardAuth, forwardAuth.listen, 'forwardAuth', configuration))
    const envoyUrl = await this.#listenForEnvoy()
    const url = await listen(this.#proxy.server, agents, 'listen', configuration)
    const consoleUrl = adminUrl === undefined ? undefined : this.#admin?.consoleUrl(adminUrl)
    this.urls = {
      public: url,
      ...(adminUrl !== undefined && { admin: adminUrl }),
      ...(consoleUrl !== undefined && { console: consoleUrl }),
      ...(forwardUrl !== undefined && { forwardAuth: forwardUrl }),
      ...(envoyUrl !== undefined && { extAuthz: envoyUrl }),
    }
    this.#isReady = true
    this.#log(
      `started with ${path}: agents are served at ${url}, operators ${adminUrl === undefined ? 'nowhere' : `at ${adminUrl}`}, proxies ${forwardUrl === undefined ? 'nowhere' : `at ${forwardUrl}`}`,
    )
    if (consoleUrl !== undefined) this.#log(`the console is at ${consoleUrl}: do not pass the address on`)
  }

  async #listenForEnvoy(): Promise<string | undefined> {
    const { extAuthz } = this.#configuration
    try {
      return extAuthz && (await this.#extAuthz?.listen(extAuthz.listen))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw this.#configuration.fault({ option: 'extAuthz' }, `"extAuthz" cannot be served: ${message}`)
    }
  }

  reload(): Promise<boolean> {
    const reloaded = this.#reloading.then(() => this.#reload())
    this.#reloading = reloaded.catch(() => undefined)
    return reloaded
  }

  async #reload(): Promise<boolean> {
    const { path } = this.#configuration
    try {
      const configuration = await loadConfiguration(path, this.#env)
      const plan = planOf(configuration, this.#state)
      if (this.#closing !== undefined) {
        this.#state.discard(plan.resource)
        return false
      }
      const before = this.#plan
      this.#plan = plan
      this.#loadedAt = new Date()
      this.#reloads.done++
      this.#adopt(configuration, plan)
      this.#proxy.replan()
      if (before.resource !== plan.resource)
        this.#uses.retire(before.resource, () => this.#retire(before.resource))
      for (const warning of configuration.warnings) this.#log(warning)
      this.#log(`reloaded ${path}: ${configuration.routes.length} routes are in force`)
      return true
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      this.#reloads.refused++
      this.#log(
        `reload refused, the configuration of ${this.#loadedAt.toISOString()} stays in force: ${error.message}`,
      )
      return false
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const wasReady = this.#isReady
    this.#isReady = false
    const { closeDelay } = this.#plan.limits
    if (wasReady && closeDelay > 0) {
      this.#log(`not ready any more: connections are taken for ${closeDelay} ms`)
      await new Promise<void>((resolve) => setTimeout(resolve, closeDelay))
    }
    if (wasReady) this.#log('stopping: requests that are under way may end')
    await Promise.all([
      closeUnlessIdle(this.#proxy.server, () => this.#proxy.close()),
      this.#forwardAuth && closeUnlessIdle(this.#forwardAuth, () => closeServer(this.#forwardAuth as Server)),
      this.#extAuthz?.close(),
    ])
    for (const resource of this.#stops.keys()) this.#retire(resource)
    if (this.#admin?.server.listening) await this.#admin.close()
    await this.#state.close()
    this.#refusals.close()
    if (wasReady) this.#log('stopped')
  }

  /** Puts everything behind the resource of a plan. */
  #adopt(configuration: Configuration, { resource }: Plan): void {
    this.#state.adopt(configuration, resource)
    const { log, issuer } = configuration.resource
    this.#logMode = typeof log === 'string' ? log : usualLogMode(issuer, this.#env)
    if (this.#stops.has(resource)) return
    this.#stops.set(resource, resource.listen(telemetry({ meterProvider: this.#metrics.provider })))
    this.#admin?.show(resource)
  }

  #retire(resource: Resource): void {
    this.#stops.get(resource)?.()
    this.#stops.delete(resource)
    resource.close()
  }

  async #assertReady(): Promise<void> {
    if (!this.#isReady) throw new Error('the gateway starts or stops')
    await this.#plan.resource.ready()
  }
}

function gauge(
  name: string,
  help: string,
  read: () => number,
): ConstructorParameters<typeof Metrics>[0][number] {
  return { name: `aauth_gateway_${name}`, help, read }
}

async function closeUnlessIdle(server: Server, close: () => Promise<void>): Promise<void> {
  if (server.listening) await close()
}

async function closeServer(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), 5_000)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearTimeout(late)
}
