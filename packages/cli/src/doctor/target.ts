import { isIP } from 'node:net'
import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import { mayHoldAnApi } from './api-address.ts'

/** The API that is examined. */
export interface Target {
  /** As it was written. */
  readonly url: string
  readonly origin: string
  /** Host and port, as agents sign it. */
  readonly authority: string
  readonly hostname: string
  /** Path and query as they were written: a URL parser would change some of them. */
  readonly requestTarget: string
  readonly path: string
  /** With its `?`; empty where there is none. */
  readonly query: string
  readonly isLoopback: boolean
}

const visible = /^[\x21-\x7e]+$/
const afterAuthority = /^https?:\/\/[^/?#]+/i

/** Reads the URL of the API. @throws {UsageError} for one that is not examined */
export function targetOf(text: string): Target {
  // What stands before an @ may be a password.
  const shownUrl = text.includes('@') ? 'the URL' : quotedForTerminal(text)
  const refuse = (why: string): UsageError => new UsageError(`${shownUrl} ${why}`)
  if (!visible.test(text) || !URL.canParse(text))
    throw refuse('is not a URL: write https:// and the address of a guarded route')
  const { protocol, origin, host, hostname, username, password, hash } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'http:') throw refuse('is not an http or https URL: use https')
  if (username !== '' || password !== '') throw refuse('holds a user name: remove it')
  if (hash !== '' || text.includes('#')) throw refuse('holds a fragment, which is never sent: remove it')
  const isLoopback = isLoopbackName(hostname)
  if (protocol === 'http:' && !isLoopback)
    throw refuse('is plain http, which is for this machine only: use https')
  const address = hostname.replace('[', '').replace(']', '')
  if (isIP(address) !== 0 && !mayHoldAnApi(address))
    throw refuse('is an address at which no API is examined: write its host name')
  const rest = text.replace(afterAuthority, '')
  const requestTarget = rest.startsWith('/') ? rest : `/${rest}`
  const [path = '/'] = requestTarget.split('?', 1)
  const query = requestTarget.slice(path.length)
  return { url: text, origin, authority: host, hostname, requestTarget, path, query, isLoopback }
}

/** A name or address that stands for this machine whatever name servers say. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}
