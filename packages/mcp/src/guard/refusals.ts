import { type Answer, answer } from '@aauth-guard/core'
import type { MessageFault } from '../message/read-message.ts'

/** A message that is refused for what it is, whoever sends it: answered with a JSON-RPC error. */
export class MessageRefusal extends Error {
  override readonly name = 'MessageRefusal'
  readonly fault: MessageFault
  readonly id: string | number | undefined

  constructor(fault: MessageFault, id: string | number | undefined) {
    super(fault.text)
    this.fault = fault
    this.id = id
  }
}

const inWords =
  'This MCP server takes requests that are signed with AAuth (HTTP Message Signatures, RFC 9421), and no OAuth access tokens: an OAuth authorization flow cannot succeed here.'

/**
 * The answer to a refusal. A 401 says in words what the server takes, since clients that know only OAuth read nothing else.
 *
 * @param takesOther whether the server takes another credential, whose challenge the answer has
 */
export async function refusalAnswer(error: unknown, takesOther: boolean): Promise<Answer> {
  if (error instanceof MessageRefusal) return messageAnswer(error)
  const answered = await answer(error)
  const headers = { ...answered.headers, 'cache-control': 'private, no-store' }
  if (answered.status !== 401 || takesOther) return { ...answered, headers }
  const problem = JSON.parse(answered.body) as { detail?: string }
  const detail = `${problem.detail ?? ''} ${inWords}`.trim()
  return { ...answered, headers, body: JSON.stringify({ ...problem, detail, error_description: detail }) }
}

function messageAnswer({ fault, id }: MessageRefusal): Answer {
  const { code, text, status } = fault
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'private, no-store' },
    body: JSON.stringify({ jsonrpc: '2.0', error: { code, message: text }, id: id ?? null }),
  }
}

/** A JSON-RPC error with the code of a refusal, for streams whose status was sent. */
export async function streamedRefusal(error: unknown, id: string | number | undefined): Promise<object> {
  const { headers, body } = await answer(error)
  const problem = JSON.parse(body) as { detail?: string }
  const requirement = headers['aauth-requirement']
  const data = { ...problem, ...(requirement !== undefined && { 'aauth-requirement': requirement }) }
  const message = problem.detail ?? 'Access is denied.'
  return { jsonrpc: '2.0', ...(id !== undefined && { id }), error: { code: accessEnded, message, data } }
}

/** Of the range that JSON-RPC leaves to servers. */
const accessEnded = -32003
