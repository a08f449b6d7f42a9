import { DictionaryFault, type Member, readDictionary } from './dictionary.ts'
import { dictionaryCaps, maxHeaderLength } from './limits.ts'
import type { SignedRequest } from './signed-request.ts'

/** The three fields of a signed request, read but not yet believed. */
export interface SignatureHeaders {
  readonly input: ReadonlyMap<string, Member>
  readonly signature: ReadonlyMap<string, Member>
  readonly key: ReadonlyMap<string, Member>
}

type FieldName = keyof typeof maxHeaderLength

/** Whether the request carries no credential at all: none of the three fields, not even an empty line. */
export function isUnsigned(request: SignedRequest): boolean {
  return (
    request.header('signature-key').length === 0 &&
    request.header('signature-input').length === 0 &&
    request.header('signature').length === 0
  )
}

/**
 * Reads the three dictionaries (matrix SIG-1, SIG-3, SIG-26). All lines of a field are one dictionary.
 * @throws {DictionaryFault} when a field is missing, malformed, repeats a key, or exceeds a cap.
 */
export function readSignatureHeaders(request: SignedRequest): SignatureHeaders {
  // The short fields first: a flood of broken requests rarely gets to the long one.
  const input = readField(request, 'signature-input')
  const signature = readField(request, 'signature')
  return { input, signature, key: readField(request, 'signature-key') }
}

function readField(request: SignedRequest, name: FieldName): ReadonlyMap<string, Member> {
  const lines = request.header(name)
  const text = lines.length === 1 ? (lines[0] as string) : lines.join(', ')
  if (text.length > maxHeaderLength[name])
    throw new DictionaryFault(`${name}: over ${maxHeaderLength[name]} octets`)
  const members = readDictionary(text, dictionaryCaps)
  if (members.size === 0) throw new DictionaryFault(`${name} is missing or empty`)
  return members
}
