/** The reason, if it can be sent in a response. Reasons are an open vocabulary (draft 11 §8.6). */
export function asReason(reason: unknown): string | undefined {
  return typeof reason === 'string' && /^[\x20-\x7e]{1,128}$/.test(reason) ? reason : undefined
}
