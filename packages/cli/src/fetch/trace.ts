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
}

export interface TraceOptions {
  readonly verbose: boolean
  readonly showSecrets: boolean
}

const asks: Readonly<Record<string, string>> = {
  'agent-token': 'asks for an agent token',
  'person-token': 'asks for a person token',
  'auth-token': 'asks for an auth token, and hands over a resource token for it',
  interaction: 'asks to send a person to a page',
  approval: 'waits for an approval',
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

  add({ method, url }: Pick<Wire, 'method' | 'url'>, received: Received, credential?: Credential): void {
    const name = readRequirement(received)?.name
    const { status } = received
    const hop = {
      ...{ method, url: url.href, status },
      ...(name !== undefined && { requirement: shown(name, 64) }),
      ...(credential && { token: credential.kind }),
    }
    this.hops.push(hop)
    const how = credential === undefined ? 'unsigned' : `${named(credential.kind)} ${this.#token(credential)}`
    const location = fieldOf(received, 'location')
    const remarks = [
      name === undefined ? undefined : (asks[name] ?? `asks for ${shown(name, 64)}`),
      location === undefined ? undefined : `Location: ${withoutTokens(shown(location, 256))}`,
    ].filter((remark) => remark !== undefined)
    this.explain([`${method} ${url.href} (${how})`, [status, ...remarks].join(', ')].join('\n  '))
  }

  /** Says with `-v` what is done. */
  explain(text: string): void {
    if (this.#options.verbose) this.#terminal.say(text)
  }

  /** Says what the person at the terminal has to know. */
  say(text: string): void {
    this.#terminal.say(text)
  }

  #token({ token }: Credential): string {
    return this.#options.showSecrets ? shown(token, token.length) : cutSecret(token)
  }
}

/** A kind of token in prose. */
export function named(kind: Credential['kind']): string {
  return kind.replace('-', ' ')
}
