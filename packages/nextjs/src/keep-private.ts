import type { accessFieldsFor, privateFieldsFor } from '@aauth-guard/core/adapter'

/**
 * Keeps shared caches from storing a response, unless the handler set the fields itself.
 * @param access what takes the place of fields of the handler
 */
export function keepPrivate(
  response: Response,
  fields: ReturnType<typeof privateFieldsFor>,
  access: ReturnType<typeof accessFieldsFor>,
): Response {
  const missing = [...fields.filter(([name]) => !response.headers.has(name)), ...access]
  if (missing.length === 0) return response
  const kept = new Response(response.body, response)
  for (const [name, value] of missing) kept.headers.set(name, value)
  return kept
}
