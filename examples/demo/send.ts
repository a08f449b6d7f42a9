import { dial, type SignedMessage } from '@aauth-guard/testing'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Facts, Outcome } from './play.ts'
import type { Stage } from './stage.ts'

/** The fields that are worth reading; any of them that a step did not foresee fails it. */
const headersThatMatter = [
  'signature-error',
  'aauth-requirement',
  'accept-signature-scheme',
  'accept-signature-alg',
  'retry-after',
]

/** Sends a message to the API over a socket. `show`: header fields of the request that are worth a line. */
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
  const { net, log } = stage
  const [logged, asked] = [log.length, net.fetches.length]
  const response = await dial(stage.api, message)
  const fields = message.headers.filter(([name]) => show.includes(name))
  const documents = net.fetches.slice(asked).map(({ url }) => url.slice('https://'.length))
  return {
    response,
    sent: [`${message.method} ${message.target}`, ...fields.flatMap(([name, value]) => tell(name, value))],
    facts: { ...(await factsOf(response)), ...(documents.length > 0 && { 'API looked up': documents }) },
    log: log.slice(logged),
  }
}

/** A request without any signature. */
export function unsigned(method: string, target: string): SignedMessage {
  return { method, url: `https://notes.example${target}`, target, headers: [], base: '' }
}

/** The resource token that an answer asks the agent to carry to its person server. */
export function resourceTokenOf(response: Response): string {
  const [, token] = /resource-token="([^"]+)"/.exec(response.headers.get('aauth-requirement') ?? '') ?? []
  if (token === undefined) throw new Error('the answer holds no resource token')
  return token
}

/** A field, and below the token in it what that says. */
function tell(name: string, value: string): string[] {
  const line = `${name}: ${abbreviate(value)}`
  const token = /jwt="([^"]+)"/.exec(value)?.[1]
  if (token === undefined) return [line]
  const kind = decodeProtectedHeader(token).typ?.replace(/^aa-(.*)\+jwt$/, '$1 token')
  const { iss, sub, aud, scope } = decodeJwt(token)
  const said = Object.entries({ iss, sub, aud, scope }).filter(([, claim]) => claim !== undefined)
  return [line, `  = ${kind}: ${said.map(([claim, text]) => `${claim} ${text}`).join(', ')}`]
}

/** Tokens, signatures and digests, short enough to read. */
export function abbreviate(value: string): string {
  return value
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…')
    .replace(/:([\w+/]{8})[\w+/]{12,}=*:/g, ':$1…:')
    .replace(/"([\w-]{8})[\w-]{35}"/g, '"$1…"')
}

async function factsOf(response: Response): Promise<Facts> {
  const body = (await response.clone().json()) as Facts
  const headers = headersThatMatter.flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [[name, abbreviate(value)] as const]
  })
  const { status } = response
  return status < 400
    ? { status, ...Object.fromEntries(headers), body }
    : { status, error: body.error, ...Object.fromEntries(headers) }
}
