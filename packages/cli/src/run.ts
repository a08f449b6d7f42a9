import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { quotedForTerminal } from './terminal/shown.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Listed {
  readonly summary: string
  readonly load: () => Promise<Command>
}

const commands: Readonly<Record<string, Listed>> = {
  audit: {
    summary: 'verifies an audit log, and the requests that it recorded',
    load: async () => (await import('./audit/command.ts')).command,
  },
  dev: {
    summary: 'an AAuth world on this machine, with a person server to approve and deny in',
    load: async () => (await import('./dev/command.ts')).command,
  },
  fetch: {
    summary: 'calls an API as an agent: signs, and brings the tokens that the API asks for',
    load: async () => (await import('./fetch/command.ts')).command,
  },
  doctor: {
    summary: 'what is wrong with a running API, and what to do about it',
    load: async () => (await import('./doctor/command.ts')).command,
  },
  gateway: {
    summary: 'protects a server in any language by a file of configuration',
    load: async () => (await import('./gateway/command.ts')).command,
  },
  inspect: {
    summary: 'says what a token or a recorded request is',
    load: async () => (await import('./inspect/command.ts')).command,
  },
  keygen: {
    summary: 'makes the signing key of an API',
    load: async () => (await import('./keygen/command.ts')).command,
  },
  verify: {
    summary: 'decides a recorded request offline, and explains each step',
    load: async () => (await import('./verify/command.ts')).command,
  },
}

/** Runs the command that was written. @returns the exit code */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = '--help', ...rest] = args
  try {
    if (name === '--help' || name === '-h' || name === 'help') return help(terminal)
    const listed = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (listed === undefined)
      throw new UsageError(`${quotedForTerminal(name)} is not a command: aauth --help lists them`)
    const command = await listed.load()
    const { values, positionals } = readArguments(command, rest)
    if (values.help === true) return print(terminal, command.help)
    return await command.run({ values, positionals }, terminal)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    terminal.say(`aauth: ${error.message}`)
    return 2
  }
}

function readArguments({ options }: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' }, ...options },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function help(terminal: Terminal): number {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return print(
    terminal,
    `aauth COMMAND [OPTIONS]

${lines.join('\n')}

Every command has --help, with an example, and --json.
Exit codes: 0 done; 1 not as wished (refused, not valid, something found); 2 not done as written.`,
  )
}

function print(terminal: Terminal, text: string): number {
  terminal.print(text)
  return 0
}
