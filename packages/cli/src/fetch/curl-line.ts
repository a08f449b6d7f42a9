import type { SignedMessage } from '@aauth-guard/testing'
import { UsageError } from '../command.ts'
import type { Content } from './content.ts'

/** A command for a POSIX shell that sends a message as it was signed. */
export function curlLine({ method, headers, body }: SignedMessage, url: URL, content?: Content): string {
  const how = method === 'HEAD' ? ['--head'] : method === 'GET' && !body ? [] : ['--request', quoted(method)]
  const fields = headers.flatMap(([name, value]) => [
    '--header',
    // What is empty would otherwise be taken for a field to leave out.
    quoted(value === '' ? `${name};` : `${name}: ${value}`),
  ])
  return [
    // The URL is sent as it is, and to nobody but its host.
    ...['curl', '--globoff', '--path-as-is', "--noproxy '*'"],
    ...[...how, ...fields, ...data(content), quoted(url.href)],
  ].join(' ')
}

/** @throws {UsageError} for content that cannot stand in a command */
export function assertFitsInCommand(content: Content | undefined): void {
  data(content)
}

function data(content: Content | undefined): string[] {
  if (content === undefined) return []
  if (content.file !== undefined) return ['--data-binary', quoted(`@${content.file}`)]
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content.octets)
    if (!text.includes('\0')) return ['--data-raw', quoted(text)]
  } catch {
    // Octets that are not text.
  }
  throw new UsageError(
    'the content is not text, so --curl cannot write it: put it in a file, and write -d @FILE',
  )
}

/** One word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
