import { AAuthError, type Caller, type Resource, type SignedRequest } from '@aauth-guard/core'
import { asAuth, bindContent, contentBinding } from '@aauth-guard/core/adapter'
import { BoundStates } from '../bound/bound-states.ts'
import { Sealer } from '../bound/seal.ts'
import { announced, compareNames, isModern, type Named, readNamed } from '../message/named.ts'
import { type CallMessage, isCall, MessageFault, maxContent, readMessage } from '../message/read-message.ts'
import type { McpOptions } from '../options.ts'
import { checkOptions, type Settings } from '../settings.ts'
import type { Demanded, Entry } from '../tables/entry.ts'
import { compileTables } from '../tables/tables.ts'
import { Decisions } from './decisions.ts'
import { Exchange, type Shared } from './exchange.ts'
import { Ownership } from './ownership.ts'
import { MessageRefusal } from './refusals.ts'

/** A request that nobody has looked at. */
export interface Incoming {
  readonly request: SignedRequest
  /** @throws {AAuthError} `content_too_large` */
  readonly readContent: (limit: number) => Promise<Uint8Array>
}

/** Decides every request to one MCP server. Knows no SDK, and no host. */
export class McpGuard {
  readonly shared: Shared
  readonly #decisions: Decisions
  readonly #ownership: Ownership

  /** @throws {TypeError} for options that would not have the effect their author expects */
  constructor(resource: Resource, options: McpOptions) {
    const settings: Settings = checkOptions(options)
    const tables = compileTables(resource, options)
    const { connect, tools, prompts, methods, resources } = tables
    const others = [
      ...tools.values(),
      ...prompts.values(),
      ...methods.values(),
      ...resources.map(({ entry }) => entry),
    ]
    this.shared = {
      resource,
      tables,
      takesOther: [connect, ...others].some(({ alternative }) => alternative !== undefined),
      sealer: new Sealer(resource.issuer, options.sealingKey),
      sessions: new BoundStates(settings.sessions),
      tasks: new BoundStates(settings.tasks),
      classPolicy: settings.classPolicy,
    }
    this.#decisions = new Decisions(this.shared)
    this.#ownership = new Ownership(this.shared, this.#decisions)
  }

  /**
   * Decides a request: who sends it, what it calls, whether that is granted, and whose state it touches.
   *
   * @throws {AAuthError} for every refusal of the caller
   * @throws {MessageRefusal} for a message that is refused whoever sends it, and for state of somebody else
   */
  async accept({ request, readContent }: Incoming): Promise<Exchange> {
    const named = readNamed(request)
    if (request.method !== 'POST') return this.#admitOther(request, named)
    const ahead = announced(named)
    const first = ahead === undefined ? [this.shared.tables.connect] : await this.#entries(request, ahead)
    const early = ahead?.method ?? ''
    const demanded = demandedOf(request, early, first)
    let { caller, requirement } = await this.#decisions.authorize(request, early, first, demanded)
    const content = await contentOf(caller, request, readContent)
    const read = readMessage(content)
    if (read instanceof MessageFault) return this.#refuse(request, read, undefined)
    const id = isCall(read) ? read.id : undefined
    const fault = compareNames(named, read)
    if (fault !== undefined) return this.#refuse(request, fault, id)
    // A session of another caller does not exist for this one, whatever the caller may do.
    const session = await this.#ownership.session(request, caller, named, id)
    if (isCall(read)) await this.#ownership.assertTasks(request, caller, read)
    const entries = isCall(read) ? await this.#entries(request, read) : first
    const method = isCall(read) ? read.method : early
    // What was decided by the headers is not decided again.
    const rest = ahead === undefined ? entries : entries.filter((entry) => !first.includes(entry))
    if (rest.length > 0)
      ({ caller, requirement } = await this.#decisions.authorize(request, method, rest, demanded))
    const owned = await this.#ownership.ofMessage(request, caller, session, read, entries)
    const admission = { caller, entries, requirement, isModern: isModern(named, read), method, ...owned }
    return new Exchange(this.shared, admission)
  }

  async #admitOther(request: SignedRequest, named: Named): Promise<Exchange> {
    const { connect } = this.shared.tables
    const entries = [connect]
    const demanded = demandedOf(request, '', entries)
    const { caller, requirement } = await this.#decisions.authorize(request, '', entries, demanded)
    if (named.fault !== undefined) return this.#refuse(request, named.fault, undefined)
    const owned = await this.#ownership.ofStream(request, caller, named)
    const { method } = request
    const admission = { caller, entries, requirement, isModern: false, method, ...owned }
    return new Exchange(this.shared, admission)
  }

  async #entries(request: SignedRequest, message: CallMessage): Promise<readonly Entry[]> {
    const needs = this.#ownership.needs(message)
    if ('entries' in needs) return needs.entries
    return this.#decisions.deny(request, message.method, needs.denied, demandedOf(request, '', []))
  }

  async #refuse(
    request: SignedRequest,
    fault: MessageFault,
    id: string | number | undefined,
  ): Promise<never> {
    await this.#decisions.report(request, new AAuthError('invalid_request', { hint: fault.text }))
    throw new MessageRefusal(fault, id)
  }
}

/** The digest is waived only where the name of the tool is signed in its place. */
function demandedOf(request: SignedRequest, method: string, entries: readonly Entry[]): Demanded {
  const withMethod = request.header('mcp-method').length > 0
  const name = request.header('mcp-name').length > 0
  const isWaived = method === 'tools/call' && entries.every(({ unsignedArguments }) => unsignedArguments)
  return { digest: !isWaived, method: withMethod, name }
}

/** The content, compared with the digest where the signature covers one. */
async function contentOf(
  caller: Caller,
  request: SignedRequest,
  readContent: Incoming['readContent'],
): Promise<Uint8Array> {
  const read = async (): Promise<Uint8Array> => {
    const content = request.body ?? (await readContent(maxContent))
    if (content.length > maxContent)
      throw new AAuthError('content_too_large', { hint: `content over ${maxContent} octets` })
    return content
  }
  const auth = asAuth(caller)
  if (auth === undefined || contentBinding(auth) !== 'unchecked') return read()
  let content = new Uint8Array()
  await bindContent(auth, async () => {
    content = Uint8Array.from(await read())
    return content
  })
  return content
}
