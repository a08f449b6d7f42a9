import { quoted } from '../wire/quoted.ts'

/** Members that show what was passed instead of a resource, and what to do about it. */
const seen: readonly (readonly [members: readonly string[], remedy: string])[] = [
  [
    ['missions', 'purgeIssuer'],
    '"resource" is a copy, or was made by another copy of @aauth-guard/core: pass what createResource() returned, and install one version (npm ls @aauth-guard/core)',
  ],
  [['issuer', 'trust'], '"resource" contains the options of a resource: pass createResource(options)'],
  [['headers'], 'the guard was given a request, since it was not called: write protect(resource)'],
  [['req'], 'the guard was given a request, since it was not called: write protect(resource)'],
]

/** The text of the error for a value that `createResource` did not make. */
export function notAResource(given: unknown): string {
  const object = typeof given === 'object' && given !== null ? given : {}
  const known = seen.find(([members]) => members.every((name) => name in object))
  return (
    known?.[1] ?? `"resource" is ${quoted(given)}, which createResource() did not make: pass what it returned`
  )
}
