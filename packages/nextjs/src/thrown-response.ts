/**
 * The response that Next.js makes of what `redirect`, `permanentRedirect`, `notFound`, `forbidden` and `unauthorized` throw;
 * `undefined` for other errors. Next.js sends it without the fields that keep it private, and shared caches may store a
 * permanent redirect or a 404 without them (RFC 9110 section 15.1).
 */
export function thrownResponse(error: unknown): Response | undefined {
  const digest = (error as { readonly digest?: unknown } | null | undefined)?.digest
  if (typeof digest !== 'string') return undefined
  const [kind, ...parts] = digest.split(';')
  if (kind === 'NEXT_REDIRECT') {
    // The type, the location, which may contain semicolons, the status, and nothing.
    const location = parts.slice(1, -2).join(';')
    return new Response(null, { status: Number(parts.at(-2)), headers: { location } })
  }
  if (kind === 'NEXT_HTTP_ERROR_FALLBACK') return new Response(null, { status: Number(parts[0]) })
  return undefined
}
