import { type RecipeKind, type RecipePlace, recipe } from '../forward/index.ts'
import { ConfigurationError } from '../settings/configuration-error.ts'
import { planOf } from '../settings/plan-of.ts'
import { ProcessState } from '../settings/process-state.ts'
import type { Environment } from '../settings/secret.ts'
import { loadConfiguration, startGateway } from './start-gateway.ts'

/** What `aauth gateway` was called with. */
export interface GatewayCommand {
  /** `CONFIG`, `recipe KIND CONFIG` or `prepare CONFIG`. */
  readonly words: readonly string[]
  readonly check: boolean
  readonly json: boolean
  /** With `prepare`: accepts that data was lost. */
  readonly afterLoss: boolean
  readonly env: Environment
  /** One line of data, on stdout. */
  print(text: string): void
  /** One line for people, on stderr. */
  say(text: string): void
}

const kinds: readonly string[] = ['nginx', 'caddy', 'traefik'] satisfies RecipeKind[]

/**
 * Runs `aauth gateway`, until a signal stops it: SIGHUP reloads the configuration, SIGTERM and SIGINT stop gracefully, and
 * a second one at once.
 *
 * @returns the exit code: 0 done, 1 the configuration cannot be used
 * @throws {RangeError} for words that are not a command (the promise rejects)
 */
export async function runGateway(command: GatewayCommand): Promise<number> {
  const [first = '', ...others] = command.words
  try {
    if (first === 'recipe' && others.length === 2)
      return await printRecipe(command, others as [string, string])
    if (first === 'prepare' && others.length === 1) return await prepare(command, others[0] as string)
    if (first === '' || others.length > 0)
      throw new RangeError('write aauth gateway CONFIG, and --help for more')
    return command.check ? await check(command, first) : await serve(command, first)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    if (command.json) command.print(JSON.stringify({ event: 'refused', message: error.message }))
    else command.say(`aauth: ${error.message}`)
    return 1
  }
}

async function check({ env, json, print, say }: GatewayCommand, path: string): Promise<number> {
  const configuration = await loadConfiguration(path, env)
  const state = await ProcessState.start(configuration, env)
  try {
    const { resource } = planOf(configuration, state)
    state.adopt(configuration, resource)
  } finally {
    await state.close()
  }
  const { routes, warnings } = configuration
  if (json) print(JSON.stringify({ event: 'checked', routes: routes.map(({ name }) => name), warnings }))
  for (const warning of json ? [] : warnings) say(`warning: ${warning}`)
  if (!json) say(`${path} can be used: ${routes.length} routes`)
  return 0
}

async function printRecipe({ env, print }: GatewayCommand, [kind, path]: [string, string]): Promise<number> {
  if (!kinds.includes(kind))
    throw new RangeError(
      `${JSON.stringify(kind)} is not a proxy that there is a recipe for: write ${kinds.join(', ')}`,
    )
  const configuration = await loadConfiguration(path, env)
  try {
    print(recipe(kind as RecipeKind, configuration, placeOf(configuration.resource.issuer)))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw configuration.fault({ option: 'forwardAuth' }, error.message)
  }
  return 0
}

/** Agents call an issuer without TLS at its own port, as in a development world. */
function placeOf(issuer: string): RecipePlace {
  const { protocol, port } = new URL(issuer)
  return protocol === 'https:' ? {} : { listen: { port: Number(port || 80) }, tls: null }
}

async function prepare({ env, say, afterLoss }: GatewayCommand, path: string): Promise<number> {
  const configuration = await loadConfiguration(path, env)
  const state = await ProcessState.start(configuration, env)
  try {
    if (state.stores.prepare === undefined)
      throw configuration.fault({ option: 'stores' }, '"stores" is missing: only shared stores are prepared')
    await state.stores.prepare({ afterLoss }).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      throw configuration.fault({ option: 'stores' }, `the stores cannot be prepared: ${message}`)
    })
  } finally {
    await state.close()
  }
  say('the stores are prepared')
  return 0
}

async function serve({ env, json, print, say }: GatewayCommand, path: string): Promise<number> {
  const log = json ? (line: string): void => print(JSON.stringify({ event: 'log', line })) : say
  const starting = startGateway({ path, env, log })
  // A signal during the start is for the time after it: without a listener it would end the process.
  const reload = (): void => {
    const reloaded = starting.then((gateway) => gateway.reload())
    reloaded.then(
      (done) => json && print(JSON.stringify({ event: done ? 'reloaded' : 'reload refused' })),
      (error: unknown) => say(`aauth: ${String(error)}`),
    )
  }
  process.on('SIGHUP', reload)
  const gateway = await starting.catch((error: unknown) => {
    process.off('SIGHUP', reload)
    throw error
  })
  if (json) print(JSON.stringify({ event: 'started', ...gateway.urls }))
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      process.once('SIGTERM', () => process.exit(1))
      process.once('SIGINT', () => process.exit(1))
      resolve()
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
  await gateway.close()
  process.off('SIGHUP', reload)
  return 0
}
