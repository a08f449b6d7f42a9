import { type Given, textOf, textsOf, UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readUrl } from './address.ts'
import { checkAnswers } from './clarification.ts'
import { type Content, readContent } from './content.ts'

/** What was written behind `aauth fetch`. */
export interface FetchOptions {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly content: Content | undefined
  readonly agentName: string
  readonly scopes: readonly string[] | undefined
  readonly mission: string | undefined
  readonly approves: boolean
  /** Answers to questions of the person at the API, in order. */
  readonly answers: readonly string[]
  /** Whether the content of the request came from stdin, so that nothing else can. */
  readonly usesStdin: boolean
  readonly opens: boolean
  readonly maxTime: number | undefined
  readonly verbose: boolean
  readonly curl: boolean
  readonly json: boolean
  readonly showSecrets: boolean
  readonly keyFile: string | undefined
  readonly agentTokenFile: string | undefined
  readonly dev: string | undefined
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** What the command itself decides. */
const ownFields: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-digest',
  'transfer-encoding',
  'connection',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'signature',
  'signature-input',
  'signature-key',
  'aauth-mission',
])

/** @throws {UsageError} for what cannot be sent as it is written */
export async function readOptions(given: Given, terminal: Terminal): Promise<FetchOptions> {
  const [address, ...others] = given.positionals
  if (address === undefined) throw new UsageError('write the URL to call: aauth fetch --help')
  if (others.length > 0)
    throw new UsageError(`${quotedForTerminal(others[0] as string)} is one URL too many: call one at a time`)
  const url = readUrl(address)
  const [keyFile, agentTokenFile, dev] = ['key', 'agent-token', 'dev'].map((name) => textOf(given, name))
  const approves = given.values.approve === true
  if (agentTokenFile !== undefined && keyFile === undefined)
    throw new UsageError('--agent-token needs the key that it is bound to: give --key as well')
  if (agentTokenFile !== undefined && (approves || dev !== undefined))
    throw new UsageError(
      `${approves ? '--approve' : '--dev'} is for agents of a development world: leave it out with --agent-token`,
    )
  const data = textOf(given, 'data')
  const headers = readHeaders(textsOf(given, 'header'))
  const method = readMethod(textOf(given, 'request') ?? (data === undefined ? 'GET' : 'POST'))
  const maxTime = readMaxTime(textOf(given, 'max-time'))
  const agentName = readAgentName(textOf(given, 'as') ?? 'cli')
  const scopes = textsOf(given, 'scope').flatMap((text) => text.split(' ').filter((one) => one !== ''))
  const content = data === undefined ? undefined : await readContent(data, terminal)
  const answers = checkAnswers(textsOf(given, 'answer'))
  const usesStdin = data === '-' || data === '@-'
  const typed = content && !headers.some(([name]) => name === 'content-type')
  return {
    ...{ url, method, content, agentName, approves, answers, usesStdin, maxTime, keyFile, agentTokenFile },
    headers: typed ? [...headers, ['content-type', content.type]] : headers,
    scopes: scopes.length === 0 ? undefined : scopes,
    mission: textOf(given, 'mission'),
    opens: given.values['no-open'] !== true,
    verbose: given.values.verbose === true,
    curl: given.values.curl === true,
    json: given.values.json === true,
    showSecrets: given.values['show-secrets'] === true,
    dev: dev ?? (agentTokenFile === undefined ? terminal.env.AAUTH_DEV || undefined : undefined),
  }
}

function readMethod(text: string): string {
  const method = text.toUpperCase()
  if (!token.test(method) || method === 'CONNECT')
    throw new UsageError(`-X ${quotedForTerminal(text)} is not a method that can be sent: write GET or POST`)
  return method
}

function readHeaders(lines: readonly string[]): [string, string][] {
  return lines.map((line) => {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    const value = line.slice(colon + 1).trim()
    // Its value may be a secret.
    if (!token.test(name))
      throw new UsageError("-H needs a name, a colon and a value: write -H 'Name: value'")
    if (!/^[\t\x20-\x7e]*$/.test(value))
      throw new UsageError(`-H '${name}: …' holds characters that are not printable ASCII: encode them`)
    if (ownFields.has(name))
      throw new UsageError(
        `-H '${name}: …' is set by this command: ${name === 'aauth-mission' ? 'use --mission' : 'leave it out'}`,
      )
    return [name, value]
  })
}

function readMaxTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[0-9]{1,6}(?:\.[0-9]{1,3})?$/.test(text) || Number(text) === 0)
    throw new UsageError(`--max-time ${quotedForTerminal(text)} is not a number of seconds: write 30`)
  return Number(text)
}

function readAgentName(text: string): string {
  if (!/^[A-Za-z0-9._+-]{1,64}$/.test(text))
    throw new UsageError(`--as ${quotedForTerminal(text)} is not a name: use letters, digits and . _ + -`)
  return text
}
