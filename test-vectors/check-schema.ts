type Schema = Readonly<Record<string, unknown>>
type Check = (value: unknown, said: never, schema: Schema, root: Schema) => string[]

/**
 * What in `value` is not as `schema` says: the part of JSON Schema 2020-12 that `schema.json` uses. A keyword
 * that is not known here throws, so that nothing the schema demands goes unchecked.
 */
export function faultsOf(value: unknown, schema: unknown, root = schema): string[] {
  return Object.entries(schema as Schema).flatMap(([keyword, said]) => {
    if (annotations.has(keyword)) return []
    const check = checks[keyword]
    if (check === undefined) throw new TypeError(`"${keyword}" is not checked`)
    return check(value, said as never, schema as Schema, root as Schema)
  })
}

const annotations: ReadonlySet<string> = new Set(['$schema', '$defs', 'title'])

const checks: Readonly<Record<string, Check>> = {
  $ref: (value, said: string, _, root) => {
    const target = (root.$defs as Schema)[said.replace('#/$defs/', '')]
    if (target === undefined) throw new TypeError(`${said} leads nowhere`)
    return faultsOf(value, target, root)
  },
  type: (value, said: string | string[]) => ([said].flat().includes(typeOf(value)) ? [] : [`is no ${said}`]),
  const: (value, said) => (value === said ? [] : [`is not ${said}`]),
  enum: (value, said: unknown[]) => (said.includes(value) ? [] : [`is none of ${said.join(', ')}`]),
  pattern: (value, said: string) =>
    typeof value !== 'string' || new RegExp(said, 'u').test(value) ? [] : [`does not match ${said}`],
  minimum: (value, said: number) =>
    typeof value !== 'number' || value >= said ? [] : [`is less than ${said}`],
  oneOf: (value, said: unknown[], _, root) => {
    const fitting = said.filter((schema) => faultsOf(value, schema, root).length === 0)
    return fitting.length === 1 ? [] : [`fits ${fitting.length} of ${said.length} forms`]
  },
  required: (value, said: string[]) =>
    isObject(value) ? said.filter((name) => !Object.hasOwn(value, name)).map((name) => `lacks ${name}`) : [],
  properties: (value, said: Schema, _, root) => members(value, (name) => said[name], root),
  additionalProperties: (value, said: unknown, { properties = {} }, root) => {
    const named = properties as Schema
    if (said !== false) return members(value, (name) => (Object.hasOwn(named, name) ? undefined : said), root)
    return isObject(value)
      ? Object.keys(value).flatMap((name) => (Object.hasOwn(named, name) ? [] : [`has ${name}`]))
      : []
  },
  items: (value, said: unknown, _, root) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => faultsOf(item, said, root).map((fault) => `[${index}] ${fault}`))
      : [],
  minItems: (value, said: number) => (!Array.isArray(value) || value.length >= said ? [] : ['is too short']),
  maxItems: (value, said: number) => (!Array.isArray(value) || value.length <= said ? [] : ['is too long']),
}

function members(value: unknown, schemaOf: (name: string) => unknown, root: Schema): string[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const schema = schemaOf(name)
    return schema === undefined ? [] : faultsOf(member, schema, root).map((fault) => `.${name} ${fault}`)
  })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeOf(value) === 'object'
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
