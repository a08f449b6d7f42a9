import { configurationShape } from './configuration-shape.ts'

/**
 * The JSON Schema (2020-12) of configuration files, for editors. `schema.json` of the package is this as text.
 *
 * @example
 * ```ts
 * import { configurationSchema } from '@aauth-guard/gateway'
 *
 * console.log(JSON.stringify(configurationSchema(), null, 2))
 * ```
 */
export function configurationSchema(): Readonly<Record<string, unknown>> {
  const { schema } = configurationShape
  const properties = schema.properties as object
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of aauth gateway',
    ...schema,
    properties: { $schema: { description: 'The address of this schema.', type: 'string' }, ...properties },
  }
}
