import { withoutTokens } from '../terminal/secrets.ts'
import { cutSecret, shown } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Credential } from './outgoing.ts'
import { readRequirement } from './requirement.ts'
import { fieldOf, type Received, type Wire } from './send.ts'

/** One request and its answer. */
export interface Hop {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly requirement?: string
  /** Kind of the token that the request was signed with. */
  readonly token?: Credential['kind']
  /** Whether the request carried a session value. */
  readonly session?: true
}

export interface TraceOptions {
  readonly verbose: boolean
  /** Whether what is waited for is left unsaid. */
  readonly json: boolean
  readonly showSecrets: boolean
}

const asks: Readonly<Record<string, string>> = {
  'agent-token': 'asks for an agent token',
  'person-token': 'asks for a person token',
  'auth-token': 'asks for an auth token, and hands over a resource token for it',
  interaction: 'asks to send a person to a page',
  approval: 'waits for an approval',
  clarification: 'asks a question',
}

/** What was sent and answered, in order; with `-v` it is told as it happens. */
export class Trace {
  readonly hops: Hop[] = []
  readonly #terminal: Terminal
  readonly #options: TraceOptions

  constructor(terminal: Terminal, options: TraceOptions) {
    this.#terminal = terminal
    this.#options = options
  }

  add(
    { method, url, headers }: Pick<Wire, 'method' | 'url' | 'headers'>,
    received: Received,
    credential?: Credential,
  ): void {
    const name = readRequirement(received)?.name
    const { status } = received
    const session = sessionIn(headers)
    const hop = {
      ...{ method, url: url.href, status },
      ...(name !== undefined && { requirement: shown(name, 64) }),
      ...(credential && { token: credential.kind }),
      ...(session !== undefined && { session: true as const }),
    }
    this.hops.push(hop)
    const signed = [
      ...(credential === undefined
        ? ['unsigned']
        : [`${named(credential.kind)} ${this.#secret(credential.token)}`]),
      ...(session === undefined ? [] : [`session ${this.#secret(session)}`]),
    ]
    const location = fieldOf(received, 'location')
    const remarks = [
      name === undefined ? undefined : (asks[name] ?? `asks for ${shown(name, 64)}`),
      location === undefined ? undefined : `Location: ${withoutTokens(shown(location, 256))}`,
    ].filter((remark) => remark !== undefined)
    this.explain(
      [`${method} ${url.href} (${signed.join(', ')})`, [status, ...remarks].join(', ')].join('\n  '),
    )
  }

  /** Says with `-v` what is done. */
  explain(text: string): void {
    if (this.#options.verbose) this.#terminal.say(text)
  }

  /** Says what the person at the terminal has to know. */
  say(text: string): void {
    this.#terminal.say(text)
  }

  /** Says what is waited for, unless a program reads the output. */
  tellProgress(text: string): void {
    if (!this.#options.json) this.#terminal.say(text)
  }

  #secret(text: string): string {
    return this.#options.showSecrets ? shown(text, text.length) : cutSecret(text)
  }
}

function sessionIn(headers: Wire['headers']): string | undefined {
  const field = headers.find(([name]) => name === 'authorization')?.[1]
  return field?.startsWith('AAuth ') ? field.slice('AAuth '.length) : undefined
}

/** A kind of token in prose. */
export function named(kind: Credential['kind']): string {
  return kind.replace('-', ' ')
}
