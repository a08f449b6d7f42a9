import { parseJsonObject } from '@aauth-guard/core/adapter'

/** The most octets of one message: 1 MiB. */
export const maxContent = 1_048_576
/** Objects, arrays, strings, numbers and literals of one message together. */
const maxValues = 65_536

type Params = Readonly<Record<string, unknown>>

/** A request or notification. */
export interface CallMessage {
  readonly jsonrpc: '2.0'
  /** Absent in a notification. */
  readonly id?: string | number
  readonly method: string
  readonly params?: Params
}

/** The answer to a request of the server, such as an elicitation. */
export interface ReplyMessage {
  readonly jsonrpc: '2.0'
  readonly id: string | number
  readonly result?: Params
  readonly error?: Params
}

/** One message of a client. */
export type ClientMessage = CallMessage | ReplyMessage

/** What is wrong with a message, for a JSON-RPC error. */
export class MessageFault {
  /** Code of JSON-RPC. */
  readonly code: number
  readonly text: string
  readonly status: number

  constructor(code: number, text: string, status = 400) {
    this.code = code
    this.text = text
    this.status = status
  }
}

export const parseError = -32700
export const invalidRequest = -32600
export const invalidParams = -32602
/** `HeaderMismatch` of revision 2026-07-28. */
export const headerMismatch = -32020
export const sessionNotFound = -32001

const callMembers: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params'])
const replyMembers: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'result', 'error'])

/** The one message in `content`. It is the only reading: what is decided is what the server gets. */
export function readMessage(content: Uint8Array): ClientMessage | MessageFault {
  const parsed = parseJsonObject(content, maxValues)
  if (parsed === undefined) {
    return isArray(content)
      ? new MessageFault(invalidRequest, 'Batches are not served: send one message.')
      : new MessageFault(
          parseError,
          `The content is not one JSON object without duplicate names, at most 32 levels deep and with at most ${maxValues} values.`,
        )
  }
  // Of the usual prototype, as servers expect it.
  const message: Record<string, unknown> = { ...parsed }
  if (message.jsonrpc !== '2.0') return shape('"jsonrpc" is not "2.0"')
  return 'method' in parsed ? readCall(message) : readReply(message)
}

function readCall(message: Record<string, unknown>): CallMessage | MessageFault {
  if (!Object.keys(message).every((name) => callMembers.has(name)))
    return shape('a request has further members')
  if (typeof message.method !== 'string' || message.method === '') return shape('"method" is not a string')
  if (Object.hasOwn(message, 'id') && !isId(message.id)) return shape('"id" is not a string or an integer')
  if (Object.hasOwn(message, 'params') && !isObject(message.params)) return shape('"params" is not an object')
  return message as unknown as CallMessage
}

function readReply(message: Record<string, unknown>): ReplyMessage | MessageFault {
  if (!Object.keys(message).every((name) => replyMembers.has(name)))
    return shape('a response has further members')
  if (!isId(message.id)) return shape('"id" is not a string or an integer')
  const kinds = ['result', 'error'].filter((name) => isObject(message[name]))
  if (kinds.length !== 1 || Object.keys(message).length !== 3)
    return shape('neither "result" nor "error" is an object')
  return message as unknown as ReplyMessage
}

export function isCall(message: ClientMessage | undefined): message is CallMessage {
  return message !== undefined && 'method' in message
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own member of `params` that is a string. */
export function stringParam({ params }: CallMessage, name: string): string | undefined {
  const value = params !== undefined && Object.hasOwn(params, name) ? params[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || Number.isSafeInteger(value)
}

function shape(what: string): MessageFault {
  return new MessageFault(invalidRequest, `The content is not a JSON-RPC message: ${what}.`)
}

/** Whether JSON text begins an array. */
function isArray(content: Uint8Array): boolean {
  const first = content.find((octet) => octet > 0x20)
  return first === 0x5b
}
