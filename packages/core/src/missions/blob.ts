import { platform } from '#platform'
import { asObject, parseJsonObject } from '../token/json.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { secondsOf } from './date-time.ts'

/** A mission as the person agreed to it. Only {@link verifyMissionBlob} makes one. */
export interface MissionBlob {
  readonly agent: string
  /** The person server that approved it; only blobs of drafts 01 to 10 say so. */
  readonly approver?: string
  readonly description: string
  /** As it stands in the blob: an ISO 8601 text. */
  readonly approvedAt: string
  /** Seconds. */
  readonly expiresAt?: number
  /** Server identifiers of resources; `undefined` where the person was asked for none. */
  readonly approvedResources?: readonly string[]
}

/** A tool that a person approved. */
export interface ApprovedTool {
  readonly name: string
  readonly description?: string
}

const otherOctetsErrors = new WeakSet<object>()

function otherOctets(): TypeError {
  const error = new TypeError('the octets are not those of the mission')
  otherOctetsErrors.add(error)
  return error
}

/** Whether octets were refused because they do not have the digest of the mission, so that they are not its blob. */
export function isOtherOctets(error: unknown): boolean {
  return typeof error === 'object' && error !== null && otherOctetsErrors.has(error)
}

const maxBlob = 65_536
const toolsOf = new WeakMap<MissionBlob, readonly ApprovedTool[]>()

/**
 * Reads a mission blob whose digest is the `s256` of a verified token. The digest is of the exact octets: a blob that
 * was parsed and written again is another one.
 *
 * It is a record of what the person agreed to, and the person server may have accepted updates since; it does not say
 * whether the mission still lives, and it cannot see what an agent does with what it was given.
 *
 * @param bytes up to 64 KiB
 * @throws {TypeError} (the promise rejects) for other octets, and for anything that is not a mission blob
 * @see draft 11 §8.2
 */
export async function verifyMissionBlob(bytes: Uint8Array, s256: string): Promise<MissionBlob> {
  // A copy, so that nobody changes it between the digest and the reading.
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
    throw new TypeError('"expires_at" of the mission blob is not a date-time: write it as RFC 3339 says')
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
 * The tools that the person approved, none where the blob names none.
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
      throw new TypeError(
        '"approved_tools" of the mission blob contains a tool without a name: give it "name"',
      )
    return Object.freeze({ name, ...(typeof description === 'string' && { description }) })
  })
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
