import { type Item, isInnerList, parseDictionary, Token } from 'structured-headers'
import { base64, isSignedBy, sha256 } from '../signing/keys.ts'
import { protocolOf, signatureBase } from '../signing/sign.ts'
import { EndpointError } from '../world/endpoint-answer.ts'
import type { World } from '../world/world.ts'

/** A server that signed a request with a key it publishes. */
export interface ServerCaller {
  /** Its server identifier. */
  readonly id: string
  /** The document its keys were found by, as `aauth-resource.json`. */
  readonly dwk: string
}

const covered = ['@method', '@authority', '@path', 'signature-key', 'content-digest', 'content-type']
const scheme = 'jwks_uri'
/** Seconds. */
const window = 60

/**
 * Verifies scheme `jwks_uri` for the doubles (draft 11 §11.3.2, §11.12.1). Resources and agent providers sign so
 * too, whom a resource itself does not hear; the code is the kit's own, so that it proves something of core's.
 *
 * @param documents whom it listens to, by the documents they publish
 * @throws {EndpointError} 401 with `Signature-Error`; 403 `unsupported_iss` for others
 */
export async function verifyServerCaller(
  net: World,
  request: Request,
  content: Uint8Array<ArrayBuffer>,
  documents: readonly string[],
): Promise<ServerCaller> {
  const signature = readSignature(request)
  const { list, caller, kid } = signature
  // A parameter makes another component of it.
  const names = list[0].map(([name, params]) => (params.size === 0 ? name : undefined))
  if (!covered.every((name) => names.includes(name))) throw unsigned('invalid_input')
  const created = list[1].get('created')
  if (!Number.isInteger(created) || Math.abs(net.clock.now() - (created as number)) > window)
    throw unsigned('invalid_signature')
  if (!documents.includes(caller.dwk)) throw new EndpointError(403, 'unsupported_iss')
  const jwk = await publishedKey(net, caller, kid)
  if (jwk === undefined) throw unsigned('unknown_key')
  const { host, pathname, search } = new URL(request.url)
  const seen = {
    method: request.method,
    authority: host,
    target: `${pathname}${search}`,
    fields: [...request.headers],
  }
  const base = new TextEncoder().encode(signatureBase(seen, list))
  if (!(await isSignedBy(jwk, base, signature.bytes))) throw unsigned('invalid_signature')
  const digest = `sha-256=:${base64(await sha256(content))}:`
  if (request.headers.get('content-digest') !== digest) throw unsigned('invalid_signature')
  return caller
}

/** Whether a request claims to be a server's. */
export function isOfServer(request: Request): boolean {
  return request.headers.get('signature-key')?.includes(`=${scheme};`) === true
}

interface UntrustedSignature {
  readonly list: Parameters<typeof signatureBase>[1]
  readonly caller: ServerCaller
  readonly kid: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

function readSignature({ headers }: Request): UntrustedSignature {
  const [inputs, signatures, keys] = ['signature-input', 'signature', 'signature-key'].map((name) =>
    parsed(headers.get(name)),
  )
  for (const [label, key] of keys ?? []) {
    if (isInnerList(key) || !(key[0] instanceof Token) || key[0].toString() !== scheme) continue
    const [list, signature] = [inputs?.get(label), signatures?.get(label)]
    if (list === undefined || !isInnerList(list) || signature === undefined || isInnerList(signature))
      throw unsigned('invalid_signature')
    const [id, dwk, kid] = ['id', 'dwk', 'kid'].map((name) => key[1].get(name))
    const [bytes] = signature
    if (!(bytes instanceof ArrayBuffer)) throw unsigned('invalid_signature')
    if (typeof id !== 'string' || typeof dwk !== 'string' || typeof kid !== 'string' || !isOrigin(id))
      throw unsigned('invalid_key')
    const items = list[0].map(([name, params]: Item): [string, typeof params] => [String(name), params])
    return { list: [items, list[1]], caller: { id, dwk }, kid, bytes: new Uint8Array(bytes) }
  }
  throw keys?.size === 0 ? unsigned('invalid_signature') : unsigned('unsupported_scheme')
}

async function publishedKey(
  net: World,
  { id, dwk }: ServerCaller,
  kid: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const metadata = await net.fetch(`${id}/.well-known/${dwk}`)
    const { issuer, jwks_uri: uri } = (await metadata.json()) as Readonly<Record<string, unknown>>
    if (issuer !== id || typeof uri !== 'string' || new URL(uri).origin !== id) return undefined
    const { keys } = (await (await net.fetch(uri)).json()) as { keys: Record<string, unknown>[] }
    return keys.find((key) => key.kid === kid)
  } catch {
    return undefined
  }
}

function parsed(field: string | null): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field ?? '')
  } catch {
    throw unsigned('invalid_signature')
  }
}

function isOrigin(id: string): boolean {
  return URL.canParse(id) && id.startsWith(`${protocolOf(id)}://`) && new URL(id).origin === id
}

function unsigned(code: string): EndpointError {
  return new EndpointError(401, code, {
    headers: { 'signature-error': `error=${code}`, 'accept-signature-scheme': scheme },
  })
}
