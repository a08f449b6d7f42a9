import { randomBytes } from 'node:crypto'
import { isLoopback } from '@aauth-guard/core/dev'
import { type Command, type Given, textOf, textsOf, UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { writeControlFile } from './control-file.ts'
import { newWorld } from './saved-world.ts'
import { serveWorld } from './servers.ts'
import { StateFolder } from './state-folder.ts'
import { World } from './world.ts'

const help = `aauth dev [--app URL] [--port PORT] [--state FOLDER] [--person NAME] [--listen ADDRESS] [--json]

Serves an AAuth world on this machine until it is ended: an agent provider, a person server with a page on which
persons approve, deny, terminate missions and revoke tokens, and an access server.

  --app URL         an API that may ask for tokens, such as http://localhost:3000; may be repeated
                    (aauth fetch names the APIs that it calls by itself)
  --port PORT       the first of four ports; default 4400
  --state FOLDER    keeps keys, missions and tokens there; without it nothing is kept
  --person NAME     somebody who can sign in; may be repeated; default Ada and Grace
  --listen ADDRESS  listens there as well, for containers; the page then asks for a password
  --json            prints one line of JSON: url, agentProvider, personServer, accessServer

Example:
  npx @aauth-guard/cli dev
  AAUTH_DEV=http://localhost:4400 node app.js`

export const command: Command = {
  help,
  options: {
    app: { type: 'string', multiple: true },
    port: { type: 'string' },
    state: { type: 'string' },
    person: { type: 'string', multiple: true },
    listen: { type: 'string' },
  },
  async run(given, terminal) {
    if (given.positionals.length > 0)
      throw new UsageError(
        `${quotedForTerminal(given.positionals[0] as string)} is not an option: aauth dev --help`,
      )
    const folder = await openFolder(given)
    try {
      const saved = (await folder?.read()) ?? newWorld(personsOf(given))
      const world = await World.open(`http://localhost:${portOf(given)}`, saved)
      for (const app of appsOf(given)) world.allowApp(app)
      await serve(world, folder, given, terminal)
    } finally {
      await folder?.close()
    }
    return 0
  },
}

async function serve(
  world: World,
  folder: StateFolder | undefined,
  given: Given,
  terminal: Terminal,
): Promise<void> {
  const address = textOf(given, 'listen')
  const password = address === undefined ? undefined : randomBytes(9).toString('base64url')
  const secret = randomBytes(32).toString('base64url')
  const changed = (): void => {
    folder
      ?.write(world.saved())
      .catch((error: Error) => terminal.say(`aauth: the state is not kept: ${error.message}`))
  }
  const ended = untilEnded()
  const servers = await serveWorld(world, { secret, address, password, changed })
  const removeControlFile = await writeControlFile(terminal.env, {
    url: world.at.url,
    secret,
  })
  changed()
  if (given.values.json === true) terminal.print(JSON.stringify(world.at))
  else terminal.say(introduction(world))
  if (password !== undefined) terminal.say(`Password of the page: ${password}`)
  await ended
  await removeControlFile()
  await servers.close()
}

function introduction({ at, persons }: World): string {
  return `
An AAuth world is running. Do not expose it: whoever reaches it can sign in.

  1. Start your API with     AAUTH_DEV=${at.url}
  2. In your API, write      createResource({ …, ...devOptions() })   from @aauth-guard/core/dev
  3. Call it                 npx @aauth-guard/cli fetch http://localhost:3000/

  Person server   ${at.personServer}   (sign in as ${persons.join(' or ')})
  Agent provider  ${at.agentProvider}
  Access server   ${at.accessServer}   (devOptions({ accessServer: true }))

Ctrl+C ends it.`
}

function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function openFolder(given: Given): Promise<StateFolder | undefined> {
  const folder = textOf(given, 'state')
  return folder === undefined ? undefined : StateFolder.open(folder)
}

function portOf(given: Given): number {
  const text = textOf(given, 'port') ?? '4400'
  const port = Number(text)
  if (!/^[1-9][0-9]{0,4}$/.test(text) || port > 65_532)
    throw new UsageError(
      `--port ${quotedForTerminal(text)} is not a port with three behind it: write 1 to 65532`,
    )
  return port
}

function personsOf(given: Given): readonly string[] {
  const names = textsOf(given, 'person')
  return names.length === 0 ? ['Ada', 'Grace'] : names
}

function appsOf(given: Given): readonly string[] {
  const apps = textsOf(given, 'app').map((app) => app.replace(/\/$/, ''))
  const other = apps.find((app) => !isLoopback(app))
  if (other !== undefined)
    throw new UsageError(
      `--app ${quotedForTerminal(other)} is not on this machine: write http://localhost:PORT`,
    )
  return apps
}
