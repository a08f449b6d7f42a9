import { DictionarySyntaxError, type Member, readDictionary } from './dictionary.ts'
import { dictionaryCaps, maxHeaderLength } from './limits.ts'
import type { SignedRequest } from './signed-request.ts'
import { countLines } from './snapshot.ts'

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
    countLines(request, 'signature-key') === 0 &&
    countLines(request, 'signature-input') === 0 &&
    countLines(request, 'signature') === 0
  )
}

/**
 * Reads the three dictionaries (SIG-1, SIG-3, SIG-26). All lines of a field are one dictionary. A fault is returned, since
 * each `throw` takes microseconds: a field is missing, malformed, repeats a key, or exceeds a cap.
 */
export function readSignatureHeaders(request: SignedRequest): SignatureHeaders | DictionarySyntaxError {
  // The short fields first: a flood of broken requests rarely gets to the long one.
  const signature = readField(request, 'signature')
  if (signature instanceof DictionarySyntaxError) return signature
  const input = readField(request, 'signature-input')
  if (input instanceof DictionarySyntaxError) return input
  const key = readField(request, 'signature-key')
  return key instanceof DictionarySyntaxError ? key : { input, signature, key }
}

function readField(
  request: SignedRequest,
  name: FieldName,
): ReadonlyMap<string, Member> | DictionarySyntaxError {
  const lines = request.header(name)
  const text = lines.length === 1 ? (lines[0] as string) : lines.join(', ')
  if (text.length > maxHeaderLength[name])
    return new DictionarySyntaxError(`${name}: over ${maxHeaderLength[name]} octets`)
  const members = readMembers(text, name)
  return members instanceof DictionarySyntaxError || members.size > 0
    ? members
    : new DictionarySyntaxError(
        `${name} is missing or empty: send all three signature fields, or none of them`,
      )
}

/** A fault names the field, and shows nothing of it. */
function readMembers(text: string, name: FieldName): ReadonlyMap<string, Member> | DictionarySyntaxError {
  try {
    return readDictionary(text, dictionaryCaps)
  } catch (fault) {
    if (!(fault instanceof DictionarySyntaxError)) throw fault
    const remedy =
      name === 'signature' && /=:[A-Za-z0-9+/]*[-_]/.test(text)
        ? 'the signature is in base64url: write it in base64, with + and / for - and _ (RFC 9651 §3.3.5)'
        : 'write it as a dictionary of structured fields (RFC 9651 §3.2)'
    return new DictionarySyntaxError(`${name} is malformed, ${fault.message}: ${remedy}`)
  }
}
