import { dial, type SignedMessage } from '@aauth-guard/testing'
import type { Facts, Outcome } from './play.ts'
import type { Stage } from './stage.ts'
import { abbreviate, describe, resourceTokenOf } from './tokens.ts'
import { hostOf, type Passage } from './window.ts'

/** The fields that are worth reading; any of them that a step did not foresee fails it. */
const headersThatMatter = [
  'signature-error',
  'aauth-requirement',
  'accept-signature-scheme',
  'accept-signature-alg',
  'retry-after',
  'location',
]

/** Sends a message over a socket. `show`: header fields of the request that are worth a line. */
export async function send(
  stage: Stage,
  message: SignedMessage,
  show: readonly string[] = [
    'aauth-mission',
    'content-digest',
    'signature-key',
    'signature-input',
    'signature',
  ],
): Promise<Outcome & { readonly response: Response }> {
  const host = new URL(message.url).host
  const {
    result: response,
    passages,
    documents,
    log,
  } = await watch(stage, () => dial(stage.net.servedAt(host) as string, message))
  const behind = passages.slice(1)
  const looked = host in stage.apis && documents.length > 0 && { 'API looked up': documents }
  return {
    response,
    sent: [...tellRequest(message, show), ...behind.flatMap(tellServers)],
    facts: { ...(await factsOf(response)), ...looked, ...whoAsked(behind) },
    log,
  }
}

/** What happens while something is done: on the wire, at the issuers, and in the log of the APIs. */
export async function watch<Result>(
  { net, log, window }: Stage,
  act: () => Promise<Result>,
): Promise<{
  readonly result: Result
  readonly passages: readonly Passage[]
  readonly documents: readonly string[]
  readonly log: readonly string[]
}> {
  const [logged, asked, passed] = [log.length, net.fetches.length, window.passages.length]
  const result = await act()
  return {
    result,
    passages: window.passages.slice(passed),
    documents: net.fetches.slice(asked).map(({ url }) => url.slice('https://'.length)),
    log: log.slice(logged),
  }
}

/** A request without any signature. */
export function unsigned(method: string, target: string): SignedMessage {
  return { method, url: `https://notes.example${target}`, target, headers: [], base: '' }
}

/** Who asked whom for what, and what status came back; `agent` asked what no server did. */
export function whoAsked(passages: readonly Passage[], agent = 'the agent'): Facts {
  const asked: Record<string, string[]> = {}
  for (const passage of passages) {
    const { message, asker = agent, status } = passage
    const line = `${message.method} ${hostOf(passage)}${abbreviate(message.target)}: ${status}`
    asked[`${asker} asked`] = [...(asked[`${asker} asked`] ?? []), line]
  }
  return asked
}

/** What an answer says, in facts. Tokens say what is in them. */
export async function factsOf(response: Response): Promise<Facts> {
  const content = await response.clone().text()
  const { auth_token: auth, person_token: person, ...body } = content === '' ? {} : JSON.parse(content)
  const headers = headersThatMatter.flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [[name, abbreviate(value)] as const]
  })
  const { status } = response
  const given = response.headers.has('aauth-access') && { 'aauth-access': 'a session value' }
  const question = resourceTokenOf(response)
  const told = { ...Object.fromEntries(headers), ...given, ...(question && tokenIn(question)) }
  if (status >= 400) return { status, error: body.error, ...told, ...ofMission(body) }
  const token: string | undefined = auth ?? person
  if (token !== undefined) return { status, ...told, ...tokenIn(token) }
  return content === '' ? { status, ...told } : { status, ...told, body }
}

/** What a problem says of a mission. */
function ofMission(body: Facts): Facts {
  const names = ['mission_status', 'termination_reason']
  return Object.fromEntries(names.filter((name) => name in body).map((name) => [name, body[name]]))
}

function tokenIn(token: string): Facts {
  return Object.fromEntries([describe(token)])
}

function tellRequest(message: SignedMessage, show: readonly string[]): string[] {
  const { method, url, headers, body } = message
  const fields = headers.filter(([name]) => show.includes(name))
  return [
    `${method} ${abbreviate(url.slice('https://'.length))}`,
    ...[...fields, ...membersOf(body)].flatMap(([name, value]) => tell(name, value)),
  ]
}

/** The lines of a request, as those of a further one. */
export function further([line, ...others]: readonly string[]): string[] {
  return [`→ ${line}`, ...others]
}

/** What one server asks of another, where it is more than a document. */
function tellServers(passage: Passage): string[] {
  const { message, asker } = passage
  if (message.method === 'GET') return []
  const [, ...lines] = tellRequest(message, ['signature-key'])
  return [`→ ${message.method} ${hostOf(passage)}${message.target} (from ${asker})`, ...lines]
}

/** A line, and below the token in it what that says. */
function tell(name: string, value: string): string[] {
  const line = `${name}: ${abbreviate(value)}`
  const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(value)?.[0]
  return token === undefined ? [line] : [line, `= ${describe(token).join(': ')}`]
}

function membersOf(body: Uint8Array | undefined): (readonly [string, string])[] {
  if (body === undefined || body.length === 0) return []
  const members = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>
  return Object.entries(members).map(([name, value]) => [name, String(value)])
}
