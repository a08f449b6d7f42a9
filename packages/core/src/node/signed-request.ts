import type { IncomingMessage } from 'node:http'
import { Stamp } from '../assert/stamp.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** A message whose framework may keep the target as the client sent it. */
type Message = IncomingMessage & { readonly originalUrl?: string }

const contents = new WeakMap<IncomingMessage, Uint8Array>()

/**
 * Reads a Node request as it was received: every header line from `rawHeaders`, since `headers` keeps only the first of
 * some repeated fields, and the target before any router rewrote `url`.
 *
 * The same message yields the same object, by which a second guard recognizes it.
 *
 * @param target reads the raw request target where the framework keeps it; default `originalUrl`, or `url`
 */
export function signedRequest(
  message: IncomingMessage & { readonly originalUrl?: string },
  target?: () => string,
): SignedRequest {
  return receivedMessage(message, target)
}

/** The same, with what only this package does to it. */
export function receivedMessage(message: Message, target?: () => string): ReceivedMessage {
  const known = Received.of(message)
  if (known !== undefined) return known
  const received = new ReceivedMessage(message, target)
  new Received(message, received)
  return received
}

/** Gives the guard the content of a message that was read before the guard ran. */
export function rememberContent(message: IncomingMessage, content: Uint8Array): void {
  contents.set(message, content)
}

/** What was made of a message, on the message itself. */
class Received extends Stamp {
  readonly #received: ReceivedMessage

  constructor(message: IncomingMessage, received: ReceivedMessage) {
    super(message)
    this.#received = received
  }

  static of(message: object): ReceivedMessage | undefined {
    return #received in message ? message.#received : undefined
  }
}

const none: readonly string[] = Object.freeze([])
const withoutHost: readonly string[] = Object.freeze([''])
const nothing = new Uint8Array()

/**
 * A message as it was received. Fields are looked up when they are asked for: a guard asks for about ten, and sorting all
 * lines by name takes four times as long (bench/README.md#adapters).
 */
class ReceivedMessage implements SignedRequest {
  readonly #message: Message
  readonly #target: (() => string) | undefined
  #lines: readonly string[]

  constructor(message: Message, target: (() => string) | undefined) {
    this.#message = message
    this.#target = target
    this.#lines = message.rawHeaders
  }

  get method(): string {
    return this.#message.method ?? ''
  }

  get target(): string {
    return this.#target === undefined
      ? (this.#message.originalUrl ?? this.#message.url ?? '')
      : this.#target()
  }

  header(name: string): readonly string[] {
    const lines = linesOf(this.#lines, name)
    return name === 'host' ? this.#hosts(lines) : lines
  }

  get body(): Uint8Array | undefined {
    return contents.get(this.#message) ?? (this.#isEmpty() ? nothing : undefined)
  }

  /** Keeps the lines as they are for later guards, before they are changed in the message. */
  keepLines(): void {
    if (this.#lines === this.#message.rawHeaders) this.#lines = [...this.#lines]
  }

  /**
   * HTTP/2 carries the authority in a pseudo-header. If Host differs from it, both count, and the request is refused. An
   * HTTP/1 request without Host is refused, as is an empty Host (A02).
   */
  #hosts(lines: readonly string[]): readonly string[] {
    if (this.#message.httpVersionMajor === 1) return lines.length === 0 ? withoutHost : lines
    const authority = linesOf(this.#lines, ':authority')
    return authority.length > 0 && lines[0] !== authority[0] ? [...authority, ...lines] : lines
  }

  #isEmpty(): boolean {
    // HTTP/2 messages may have content without a header that says so.
    if (this.#message.httpVersionMajor > 1)
      return (this.#message as { stream?: { endAfterHeaders?: boolean } }).stream?.endAfterHeaders === true
    const length = linesOf(this.#lines, 'content-length')[0]
    return linesOf(this.#lines, 'transfer-encoding').length === 0 && (length === undefined || length === '0')
  }
}

function linesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  let found: string[] | undefined
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const sent = rawHeaders[i] as string
    if (sent.length !== name.length || (sent !== name && sent.toLowerCase() !== name)) continue
    const value = rawHeaders[i + 1] as string
    if (found === undefined) found = [value]
    else found.push(value)
  }
  return found ?? none
}
