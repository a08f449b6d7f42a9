/** The content of a request as it was before compression, for hosts that leave it as it came. */
export function inflated({ body }: Request): Response {
  return new Response(body?.pipeThrough(new DecompressionStream('gzip')))
}
