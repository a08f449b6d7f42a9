import { decodeBase64url, encodeBase64url } from '../wire/base64url.ts'
import { digestOf } from './digest.ts'
import { type Owner, ownerDigest } from './owner.ts'
import type { Sealer } from './sealing.ts'

/** The id in a pending URL. Whoever knows it has no right by that: only its owner is answered. */
export interface PendingId {
  /** For the path of the URL: unpadded base64url. */
  readonly text: string
  /** The `id` of the record. */
  readonly id: string
  /** Seconds at which the request is over. From then on the id alone says so, without a look at the store. */
  readonly expires: number
}

/** What an id is for. One of another kind does not open. */
export type PendingIdKind = 'pending id' | 'held id'

const randomLength = 24
const ownerLength = 32

/** Makes an id of 192 random bits that opens for its owner only. */
export async function makePendingId(sealer: Sealer, owner: Owner, expires: number): Promise<PendingId> {
  const random = crypto.getRandomValues(new Uint8Array(randomLength))
  return sealPendingId(sealer, owner, expires, random, 'pending id')
}

/**
 * Makes an id of octets that are the same whenever they are made for the same request. Nobody needs to be unable to guess
 * them: the text is sealed, and opens for its owner only.
 *
 * @param seed a SHA-256 digest in base64url
 */
export async function makeHeldId(
  sealer: Sealer,
  owner: Owner,
  expires: number,
  seed: string,
): Promise<PendingId> {
  const octets = (decodeBase64url(seed) as Uint8Array).slice(0, randomLength)
  return sealPendingId(sealer, owner, expires, octets, 'held id')
}

async function sealPendingId(
  sealer: Sealer,
  owner: Owner,
  expires: number,
  random: Uint8Array,
  kind: PendingIdKind,
): Promise<PendingId> {
  const octets = new Uint8Array(randomLength + ownerLength + 8)
  octets.set(random)
  octets.set(decodeBase64url(await ownerDigest(owner)) as Uint8Array, randomLength)
  new DataView(octets.buffer).setFloat64(randomLength + ownerLength, expires)
  return { text: await sealer.sealText(kind, octets), id: await recordId(random), expires }
}

/**
 * Opens an id that a verified caller sent. `undefined` if this resource did not make it, or not for this caller: the answer
 * is 404 then, and nobody has to look at the store (DEFER-2). Never rejects.
 */
export async function openPendingId(
  sealer: Sealer,
  text: string,
  caller: Owner,
  kind: PendingIdKind = 'pending id',
): Promise<PendingId | undefined> {
  const octets = await sealer.openText(kind, text)
  if (octets?.length !== randomLength + ownerLength + 8) return undefined
  const owner = encodeBase64url(octets.subarray(randomLength, randomLength + ownerLength))
  if (owner !== (await ownerDigest(caller))) return undefined
  const expires = new DataView(octets.buffer).getFloat64(randomLength + ownerLength)
  return { text, id: await recordId(octets.subarray(0, randomLength)), expires }
}

/** Stores have only the digest, so what they hold makes no URL. */
function recordId(random: Uint8Array): Promise<string> {
  return digestOf('pending', encodeBase64url(random))
}
