import type { Owner } from '../bound/owner.ts'
import { fromWord, type Sealer, toWord } from '../bound/seal.ts'
import { type CallMessage, stringParam } from '../message/read-message.ts'

interface Sealed {
  readonly state: string
  readonly owner: Owner
}

/** Seals the `requestState` of a result to the caller and the call. */
export async function sealState(sealer: Sealer, message: CallMessage, sealed: Sealed): Promise<string> {
  return sealer.seal('request-state', callOf(message), toWord(JSON.stringify(sealed)))
}

/** What was sealed for the same call. Whose it is, the caller of this function compares. */
export async function openState(
  sealer: Sealer,
  message: CallMessage,
  sealed: string,
): Promise<Sealed | undefined> {
  const word = await sealer.open('request-state', callOf(message), sealed)
  const text = word === undefined ? undefined : fromWord(word)
  // The text is our own, as the tag shows.
  return text === undefined ? undefined : (JSON.parse(text) as Sealed)
}

function callOf(message: CallMessage): string {
  return JSON.stringify([message.method, stringParam(message, 'name'), stringParam(message, 'uri')])
}
