import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'

/** Whether a host name or address, as URL parsers write it, is this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.[0-9.]+$/.test(hostname)
}

/** The URL to call, as it is sent: without its fragment. @throws {UsageError} */
export function readUrl(text: string): URL {
  const shown = quotedForTerminal(text)
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new UsageError(`${shown} is not a URL: write http://localhost:3000/notes, or one with https://`)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${shown} holds a user name or password: leave it out, the signature says who calls`)
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw new UsageError(`${shown} is plain http and not on this machine: write https://`)
  url.hash = ''
  return url
}

/**
 * Whether a request to `url` goes to `origin`. A `blob:` URL has the origin of the URL within it, but leads elsewhere.
 */
export function isOnOrigin({ protocol, host, username, password }: URL, origin: string): boolean {
  return `${protocol}//${host}` === origin && username === '' && password === ''
}

/** Whether a person server of this identifier can be asked: https, or http on this machine. */
export function isServerOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname)))
}
