import { quoted } from '../wire/quoted.ts'

/** Further members of a subject, action or resource, or the context: anything that JSON can express. */
export type EvaluationProperties = Readonly<Record<string, unknown>>

/** A subject or a resource. */
export interface EvaluationEntity {
  readonly type: string
  /** Unique within the type. */
  readonly id: string
  readonly properties?: EvaluationProperties
}

/** An access evaluation request of AuthZEN 1.0: may this subject do this with this resource? */
export interface EvaluationRequest {
  readonly subject: EvaluationEntity
  readonly action: { readonly name: string; readonly properties?: EvaluationProperties }
  readonly resource: EvaluationEntity
  readonly context?: EvaluationProperties
}

/** Octets of one request. */
const maxContent = 65_536
const members = ['subject', 'action', 'resource', 'context']

/**
 * An evaluation request as JSON.
 * @throws {Error} that names the member that AuthZEN does not allow, without its value
 */
export function serializeEvaluation(given: EvaluationRequest): string {
  const { subject, action, resource, context } = objectAt('what "map" returned', given)
  const unknown = Object.keys(given).find((name) => !members.includes(name))
  // A member such as "evaluations" would make it another request.
  if (unknown !== undefined) throw new Error(`${quoted(unknown)} is not a member of an evaluation request`)
  for (const [name, entity] of Object.entries({ subject, resource })) {
    const { type, id, properties } = objectAt(`"${name}"`, entity)
    assertText(`"${name}.type"`, type)
    assertText(`"${name}.id"`, id)
    if (properties !== undefined) objectAt(`"${name}.properties"`, properties)
  }
  const { name, properties } = objectAt('"action"', action)
  assertText('"action.name"', name)
  if (properties !== undefined) objectAt('"action.properties"', properties)
  if (context !== undefined) objectAt('"context"', context)
  const content = JSON.stringify({ subject, action, resource, context })
  if (new TextEncoder().encode(content).length > maxContent)
    throw new Error(`the evaluation request has more than ${maxContent} octets`)
  return content
}

function objectAt<T extends object>(what: string, value: T | undefined): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is not an object`)
  return value
}

function assertText(what: string, value: unknown): void {
  if (typeof value !== 'string') throw new Error(`${what} is not a string`)
}
