import type { Answer } from '@aauth-guard/core'

const member = 'additional_signature_components'

/**
 * The metadata of the resource, which then says that the content must be signed: agents learn it without a refusal.
 * `mcp-method` and `mcp-name` are not among them, since no signature can cover a field that a message does not have.
 */
export function withComponents(answered: Answer): Answer {
  if (answered.status !== 200 || !answered.body.includes(`"${member}"`)) return answered
  const document = JSON.parse(answered.body) as Record<string, unknown>
  const listed = document[member]
  if (!Array.isArray(listed) || listed.includes('content-digest')) return answered
  return { ...answered, body: JSON.stringify({ ...document, [member]: [...listed, 'content-digest'] }) }
}
