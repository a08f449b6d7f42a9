import { platform } from '#platform'
import { asObject, parseJsonObject } from '../token/json.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { secondsOf } from './date-time.ts'

/** A mission as the person agreed to it. Only {@link verifyMissionBlob} makes one. */
export interface MissionBlob {
  readonly agent: string
  /** The person server that approved it; only present in blobs of drafts 01 to 10. */
  readonly approver?: string
  readonly description: string
  /** Copied from the blob: an ISO 8601 text. */
  readonly approvedAt: string
  /** Seconds. */
  readonly expiresAt?: number
  /** Server identifiers of resources; `undefined` if none were requested. */
  readonly approvedResources?: readonly string[]
}

/** A tool that a person approved. */
export interface ApprovedTool {
  readonly name: string
  readonly description?: string
}

const otherOctetsErrors = new WeakSet<object>()

function otherOctets(): TypeError {
  const error = new TypeError(
    'the octets do not have the digest of the mission: pass the blob exactly as the person server stored it',
  )
  otherOctetsErrors.add(error)
  return error
}

/** Whether octets were refused because they do not have the digest of the mission. */
export function isOtherOctets(error: unknown): boolean {
  return typeof error === 'object' && error !== null && otherOctetsErrors.has(error)
}

const maxBlob = 65_536
const toolsOf = new WeakMap<MissionBlob, readonly ApprovedTool[]>()

/**
 * Reads a mission blob whose digest is the `s256` of a verified token. The digest covers the exact octets, so a blob that
 * was parsed and serialized again does not match.
 *
 * The blob records what the person agreed to. The person server may have accepted updates since. The blob does not show
 * whether the mission is still active, or what the agent does with its access.
 *
 * @param bytes up to 64 KiB
 * @throws {TypeError} (the promise rejects) for octets with another digest, or octets that are not a mission blob
 * @see draft 11 §8.2
 */
export async function verifyMissionBlob(bytes: Uint8Array, s256: string): Promise<MissionBlob> {
  // A copy, so that the octets cannot change between the digest and the parsing.
  const octets = bytes.length > maxBlob ? undefined : Uint8Array.from(bytes)
  if (octets === undefined || encodeBase64url(await platform.digest('sha-256', octets)) !== s256)
    throw otherOctets()
  const json = parseJsonObject(octets, 4096)
  const {
    agent,
    approver,
    description,
    approved_at: approvedAt,
    expires_at: expires,
    approved_resources: resources,
  } = json ?? {}
  if (typeof agent !== 'string' || typeof description !== 'string' || typeof approvedAt !== 'string')
    throw new TypeError(
      '"agent", "description" or "approved_at" is missing in the mission blob: the person server must add it',
    )
  if (approver !== undefined && typeof approver !== 'string')
    throw new TypeError('"approver" of the mission blob is not a string: write a server identifier')
  const expiresAt = secondsOf(expires)
  if (expires !== undefined && expiresAt === undefined)
    throw new TypeError(
      '"expires_at" of the mission blob is not a date-time: write it in the format of RFC 3339',
    )
  if (resources !== undefined && !isTexts(resources))
    throw new TypeError(
      '"approved_resources" of the mission blob is not a list of strings: list server identifiers',
    )
  const blob: MissionBlob = Object.freeze({
    agent,
    ...(approver !== undefined && { approver }),
    description,
    approvedAt,
    ...(expiresAt !== undefined && { expiresAt: Math.floor(expiresAt) }),
    ...(resources !== undefined && { approvedResources: Object.freeze([...resources]) }),
  })
  toolsOf.set(blob, Object.freeze(readTools(json?.approved_tools ?? [])))
  return blob
}

/**
 * The tools that the person approved; empty if the blob does not list any.
 * @throws {TypeError} for a blob that {@link verifyMissionBlob} did not make
 */
export function approvedTools(blob: MissionBlob): readonly ApprovedTool[] {
  const tools = toolsOf.get(blob)
  if (tools === undefined)
    throw new TypeError('the mission blob was not verified: pass what verifyMissionBlob() returned')
  return tools
}

function readTools(given: unknown): ApprovedTool[] {
  if (!Array.isArray(given))
    throw new TypeError('"approved_tools" of the mission blob is not a list: list objects with "name"')
  return given.map((tool: unknown) => {
    const { name, description } = asObject(tool) ?? {}
    if (typeof name !== 'string')
      throw new TypeError('"approved_tools" of the mission blob contains a tool without a name: add "name"')
    return Object.freeze({ name, ...(typeof description === 'string' && { description }) })
  })
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
