import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Command, UsageError } from '../command.ts'

/** The part of `@aauth-guard/gateway` that is used here. It is not a dependency: most who use this command do not need it. */
interface GatewayPackage {
  runGateway(command: {
    readonly words: readonly string[]
    readonly check: boolean
    readonly json: boolean
    readonly afterLoss: boolean
    readonly env: Readonly<Record<string, string | undefined>>
    print(text: string): void
    say(text: string): void
  }): Promise<number>
}

const name = '@aauth-guard/gateway'

const help = `aauth gateway CONFIG [--check] [--json]
aauth gateway recipe nginx|caddy|traefik CONFIG
aauth gateway prepare CONFIG [--after-loss]

Protects a server in any language: verifies the requests of agents, and passes on what CONFIG allows, a file in YAML or
JSON. Needs the package ${name}: npm i ${name}

  --check        says whether CONFIG can be used, with warnings, and starts nothing
  --json         prints one line of JSON for each thing that happens
  recipe KIND    prints the configuration of a proxy that asks the gateway about every request
  prepare        makes the "stores" of CONFIG ready, once, before the first gateway starts
  --after-loss   with prepare: accepts that the stores have lost what was revoked and terminated

SIGHUP reads CONFIG again; a file that cannot be used changes nothing. SIGTERM stops once requests have ended.

Example:
  npx @aauth-guard/cli gateway gateway.yaml --check
  npx @aauth-guard/cli gateway gateway.yaml`

export const command: Command = {
  help,
  options: { check: { type: 'boolean' }, 'after-loss': { type: 'boolean' } },
  async run({ values, positionals }, terminal) {
    const { runGateway } = await loadPackage()
    try {
      return await runGateway({
        words: positionals,
        check: values.check === true,
        json: values.json === true,
        afterLoss: values['after-loss'] === true,
        env: process.env,
        print: (text) => terminal.print(text),
        say: (text) => terminal.say(text),
      })
    } catch (error) {
      if (error instanceof RangeError) throw new UsageError(error.message)
      throw error
    }
  },
}

/** Beside this package, or in the folder where the command was called. */
async function loadPackage(): Promise<GatewayPackage> {
  try {
    return (await import(name)) as GatewayPackage
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  let found: string
  try {
    found = createRequire(join(process.cwd(), 'package.json')).resolve(name)
  } catch {
    throw new UsageError(`the package ${name} is not installed: npm i ${name}`)
  }
  return (await import(pathToFileURL(found).href)) as GatewayPackage
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(name)
  )
}
