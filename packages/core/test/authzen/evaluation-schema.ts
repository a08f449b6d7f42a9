/**
 * The facts of `evaluation-request.schema.json` of OpenID AuthZEN, written as a check: which members there are, which are
 * required and of what type. `additionalProperties` is false at the top level only.
 */
interface Member {
  readonly type: 'object' | 'string'
  readonly required?: true
  readonly members?: Readonly<Record<string, Member>>
  readonly closed?: true
}

const text = { type: 'string', required: true } as const
const properties = { type: 'object' } as const
const entity = { type: 'object', required: true, members: { type: text, id: text, properties } } as const
const evaluationRequest: Member = {
  type: 'object',
  closed: true,
  members: {
    subject: entity,
    resource: entity,
    action: { type: 'object', required: true, members: { name: text, properties } },
    context: properties,
  },
}

/** What the schema does not allow, one line for each fault. */
export function schemaFaults(value: unknown, schema: Member = evaluationRequest, at = '$'): string[] {
  if (schema.type === 'string') return typeof value === 'string' ? [] : [`${at} is not a string`]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is not an object`]
  const given = value as Readonly<Record<string, unknown>>
  const { members = {}, closed } = schema
  const unknown = closed ? Object.keys(given).filter((name) => !Object.hasOwn(members, name)) : []
  return [
    ...unknown.map((name) => `${at} has a member ${name}`),
    ...Object.entries(members).flatMap(([name, member]) => {
      if (Object.hasOwn(given, name)) return schemaFaults(given[name], member, `${at}.${name}`)
      return member.required ? [`${at} has no member ${name}`] : []
    }),
  ]
}
