import { wrapAlgorithm } from './evidence/recipient.ts'
import type { AuditOptions } from './options.ts'
import { privateCheckpointKey } from './record/audit-key.ts'
import type { AuditSink } from './sink/sink.ts'

const names: readonly string[] = [
  'sink',
  'resource',
  'key',
  'evidence',
  'unverified',
  'durability',
  'onFailure',
  'onCheckpoint',
  'onProblem',
]

/** @throws {TypeError} that names the option and what it must be */
export function checkOptions(options: AuditOptions): void {
  assert(typeof options === 'object' && options !== null, 'auditLog needs an object with "sink"')
  for (const name of Object.keys(options))
    assert(
      names.includes(name),
      `${quoted(name)} is not an option of auditLog: write one of ${names.join(', ')}`,
    )
  const { sink, resource, key, evidence, unverified, durability, onFailure, onCheckpoint, onProblem } =
    options
  assertSink('sink', sink)
  assert(
    resource === undefined || (typeof resource === 'string' && resource.length <= 256),
    `"resource" is ${quoted(resource)}: pass a text of at most 256 characters, such as the identifier of the resource`,
  )
  if (key !== undefined) privateCheckpointKey(key)
  assertOneOf('unverified', unverified, ['count', 'record'])
  assertOneOf('durability', durability, ['interval', 'record'])
  assertOneOf('onFailure', onFailure, ['continue', 'refuse'])
  for (const [name, value] of Object.entries({ onCheckpoint, onProblem }))
    assert(
      value === undefined || typeof value === 'function',
      `"${name}" is ${quoted(value)}: pass a function`,
    )
  assert(
    unverified !== 'record' || sink.maxBytes !== undefined,
    '"unverified" is "record", and the sink has no "maxBytes": set it, or a flood of requests fills the disk',
  )
  if (evidence !== undefined) checkEvidence(evidence, sink)
}

function checkEvidence(evidence: NonNullable<AuditOptions['evidence']>, log: AuditSink): void {
  const { sink, recipient, plain, secretFields } = evidence as unknown as Record<string, unknown>
  assertSink('evidence.sink', sink)
  assert(
    sink !== log,
    '"evidence.sink" is the sink of the log: pass another one, so that evidence can be erased',
  )
  assert(
    (recipient !== undefined) !== (plain === true),
    '"evidence" says neither or both of "recipient" and "plain: true": pass the public JWK of whoever may read it',
  )
  if (recipient !== undefined) {
    wrapAlgorithm(recipient as Parameters<typeof wrapAlgorithm>[0], 'evidence.recipient')
    assert(
      !Object.hasOwn(recipient as object, 'd'),
      '"evidence.recipient" is a private key: pass its public half, and keep the private one elsewhere',
    )
  }
  assert(
    secretFields === undefined ||
      (Array.isArray(secretFields) && secretFields.every((name) => typeof name === 'string')),
    `"evidence.secretFields" is ${quoted(secretFields)}: pass names of header fields`,
  )
}

function assertSink(name: string, sink: unknown): void {
  const { open, append } = (sink ?? {}) as { open?: unknown; append?: unknown }
  assert(
    typeof open === 'function' && typeof append === 'function',
    `"${name}" is not a sink: pass fileSink('audit/notes')`,
  )
}

function assertOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  assert(
    value === undefined || allowed.includes(value as string),
    `"${name}" is ${quoted(value)}: write ${allowed.map((one) => `"${one}"`).join(' or ')}`,
  )
}

function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message)
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 128)
}
